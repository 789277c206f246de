#pragma once
// The one line for whoever is woken: what is broken, since when, because of what, and what it costs users.
// Pure.

#include <span>
#include <string>
#include <string_view>

#include "model/assess.h"

namespace answerback {

// One printable line, at most three causes long, of moments and never of ages, so that it changes only when
// the facts do:
//   postgres: down connect_refused at connect since 2026-11-22T03:12:09Z (connection refused by
//   127.0.0.1:5432); blocks agent, websocket; value blocked 60 %: Users get no AI responses
// `causes` are those of the facts, worst first. Empty when all is well.
std::string sentence(const Plan&, std::span<const ProbeFacts>, std::span<const Cause> causes,
                     std::string_view not_looking);

// The part of it that tells of one cause alone.
std::string sentence_of(const Plan&, std::span<const ProbeFacts>, const Cause&);

}  // namespace answerback
