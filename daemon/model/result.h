#pragma once
// What one run gave.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "model/evidence.h"
#include "model/phases.h"
#include "model/reason.h"
#include "model/time.h"
#include "model/verdict.h"

namespace answerback {

// Something that went wrong on the way, as a value: what code below a probe returns instead of throwing.
struct Failure {
  Reason reason = Reason::internal;
  std::string detail;  // one line for a person: what was seen, with numbers; never a secret
};

// A probe's own answer. Phase, times and evidence are the runner's, which sees them even when the probe
// cannot answer.
struct ProbeResult {
  Verdict verdict = Verdict::unknown;
  Reason reason = Reason::no_evidence;
  std::string detail;

  static ProbeResult pass(std::string detail = {}) {
    return {Verdict::pass, Reason::none, std::move(detail)};
  }
  static ProbeResult warn(Reason reason, std::string detail) {
    return {Verdict::warn, reason, std::move(detail)};
  }
  static ProbeResult fail(Reason reason, std::string detail) {
    return {Verdict::fail, reason, std::move(detail)};
  }
  static ProbeResult fail(Failure f) { return {Verdict::fail, f.reason, std::move(f.detail)}; }
  static ProbeResult unknown(Reason reason, std::string detail) {
    return {Verdict::unknown, reason, std::move(detail)};
  }
};

// Names one run everywhere: in the log, in `traceparent`, in an exemplar. Never zero.
struct RunId {
  std::array<std::uint8_t, 16> trace{};
  std::array<std::uint8_t, 8> span{};
};
std::string trace_id(const RunId&);     // 32 lowercase hex digits
std::string traceparent(const RunId&);  // W3C trace context, version 00, sampled

using ProbeId = std::uint32_t;  // index into Plan::probes

// One finished run, whole.
struct RunRecord {
  ProbeId probe = 0;
  RunId id;
  Steady started, ended;
  Wall began;  // wall time of `started`
  ProbeResult result;
  Phase phase = Phase::prepare;  // where it ended
  std::vector<PhaseTime> phases;
  std::vector<Sample> samples;
  std::vector<Frame> frames;
  std::uint64_t bytes_sent = 0, bytes_received = 0;
  std::string peer = {};  // the address it talked to, or tried to; empty where it is not known

  Duration took() const { return ended - started; }
};

}  // namespace answerback
