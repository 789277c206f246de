#pragma once
// The five whys, from facts: from what users lose, probe by probe, down to the root; then what else is known
// of that moment. Pure.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/assess.h"

namespace answerback {

// The probe where users feel it: one that a blocked capability needs, else one that nothing else blocked
// depends on; the cause itself where it blocks nothing.
ProbeId felt_at(const Plan&, std::span<const ProbeFacts>, const Cause&);

// One sentence each, without full stops:
//   Users get no AI responses (value blocked 60 %)
//   because agent is down: no_start at dispatch since 2026-11-22T03:12:39Z (0 of 5 events in 15 s)
//   because postgres is down: connect_refused at connect since … (connection refused by 127.0.0.1:5432)
//   websocket, llm were up; redis was unknown: neither blamed nor cleared
//   changed last: the configuration was reloaded at …, 90 s before; postgres showed another
//   address 10.0.0.8:5432, …
// `felt`: the probe that it begins with. Moments and no ages, so that it changes only when the facts do.
std::vector<std::string> whys(const Plan&, std::span<const ProbeFacts>, const Cause&, ProbeId felt,
                              std::optional<Wall> reloaded);

}  // namespace answerback
