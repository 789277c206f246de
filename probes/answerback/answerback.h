#pragma once
// Probe type `answerback`: another instance of ours, or any service that tells its own health, watched as one
// probe.
//
// Its own word counts, and what contradicts it: a status that says otherwise, a failing part under a healthy
// whole. Who does not look, or does not know, is never green: unknown, which turns the probe unknown once it
// is `stale`. What watches us, directly or through others, is not counted: else two instances that watch each
// other would never recover.

#include <optional>
#include <string>
#include <vector>

#include "model/shard.h"
#include "net/http.h"
#include "probe/probe.h"
#include "probes/shared/expect/bounds.h"
#include "probes/shared/health_body/health_body.h"

namespace answerback::probes {

extern const ProbeType answerback;

struct AnswerbackSettings {
  net::HttpRequest request;
  std::optional<HealthFormat> format;     // nothing: told by its shape
  std::vector<std::string> only, ignore;  // parts by name; a * at the end stands for any rest
  std::optional<Shard> shard;             // it must be this one
  std::optional<Duration> max_age;        // of its newest look
  Slow slow;
  CertificateBounds certificate;
};

AnswerbackSettings read_answerback(config::Fields&);

struct HealthSeen {
  unsigned status = 200;
  std::string_view text = {};       // the body
  std::string_view ourselves = {};  // our own instance; empty where it is not known
  Wall now{};
};

struct HealthJudgement {
  ProbeResult result;
  std::vector<std::string> evidence;  // causes and parts that are not well, a line each, bounded
  std::vector<std::string> watches;   // the instance it is of, and those that one speaks of
};

HealthJudgement judge(const AnswerbackSettings&, const HealthSeen&);

}  // namespace answerback::probes
