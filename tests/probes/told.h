#pragma once
// A probe that lives over several runs, as in the daemon, and what each run told.

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "probes/loop.h"
#include "probes/reading.h"
#include "support/peer.h"

namespace answerback {

struct Told {
  ProbeResult result;
  Evidence evidence;
  Phases phases;
  Duration took{};

  // "pass", or "fail no_start at dispatch"
  std::string verdict() const {
    const std::string what(name(result.verdict));
    if (result.verdict == Verdict::pass) return what;
    return what + " " + std::string(name(result.reason)) + " at " + std::string(name(phases.current()));
  }
  std::string frames() const {
    std::string text;
    for (const Frame& frame : evidence.frames()) text += frame.label + " " + frame.text + "\n";
    return text;
  }
  std::vector<std::string_view> phase_names() const {
    std::vector<std::string_view> names;
    for (const PhaseTime& time : phases.times()) names.push_back(name(time.phase));
    return names;
  }
};
inline void PrintTo(const Told& told, std::ostream* out) {
  *out << told.verdict() << ": " << told.result.detail << "\n" << told.frames();
}

class OneProbe {
 public:
  OneProbe(Loop& loop, const ProbeType& type, const std::string& keys)
      : loop_(loop), reading_(keys), probe_(type.make(reading_.fields(), loop.services)) {
    reading_.fields().finish();
    EXPECT_TRUE(reading_.ok()) << reading_.text();
  }
  Told run(Duration timeout = std::chrono::seconds(8)) {
    Told told;
    const Steady began = loop_.clock.now();
    Run run{loop_.clock, began + timeout, told.phases, told.evidence, RunId{{1}, {1}}};
    told.result = test::finish(loop_.io, probe_->run(run));
    told.took = loop_.clock.now() - began;
    EXPECT_LE(told.took, timeout + std::chrono::milliseconds(100)) << "later than its deadline";
    return told;
  }

 private:
  Loop& loop_;
  Reading reading_;
  std::unique_ptr<Probe> probe_;
};

// --- what a peer says over HTTP

inline std::string http_status(const std::string& line, const std::string& body = "",
                               const std::string& headers = "") {
  return "HTTP/1.1 " + line + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}
inline std::string http_ok(const std::string& type, const std::string& body,
                           const std::string& headers = "") {
  return http_status("200 OK", body, "Content-Type: " + type + "\r\n" + headers);
}

}  // namespace answerback
