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

// Of some probes alone, in their order, as sentence() would: each that is not up, up to three told in full.
// One that another explains names it: "…; because of postgres". Empty when all are up.
std::string sentence_about(const Plan&, std::span<const ProbeFacts>, const Assessment&,
                           std::span<const ProbeId>);

// "down connect_refused at connect since 2026-11-22T03:12:09Z (connection refused by 127.0.0.1:5432)"; "up
// since …". `before_fault` stands between the health and the reason.
std::string stated(const ProbeFacts&, std::string_view before_fault = " ");

// "a, b and 3 more"
std::string list(std::span<const std::string> items);

// Whole percents; only all of it is 100, and something is never 0: "60 %", "under 1 %".
std::string rounded(double percent);

}  // namespace answerback
