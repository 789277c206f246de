#pragma once
// A plan and runs to print.

#include "model/plan.h"
#include "model/result.h"

namespace answerback::cli {

inline ProbeInfo some_probe(std::string name, std::string type = "http") {
  ProbeInfo probe;
  probe.name = std::move(name);
  probe.type = std::move(type);
  probe.timeout = std::chrono::seconds(5);
  return probe;
}

inline RunRecord some_run(ProbeId id, ProbeResult result) {
  using namespace std::chrono_literals;
  RunRecord run;
  run.probe = id;
  run.id.trace.fill(0xAB);
  run.id.span.fill(1);
  run.started = Steady(100s);
  run.ended = run.started + 12'300us;
  run.began = Wall(1'795'000'000s);
  run.result = std::move(result);
  run.phase = Phase::processing;
  run.phases = {{Phase::connect, run.started, 300us}, {Phase::processing, run.started + 300us, 12ms}};
  run.bytes_sent = 90;
  run.bytes_received = 200;
  return run;
}

}  // namespace answerback::cli
