#pragma once
// A probe and the demo platform on one loop. The probe lives over several runs, as it does in the daemon.

#include <gmock/gmock.h>

#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <string>

#include "platform/platform.h"
#include "probes/loop.h"
#include "probes/reading.h"
#include "support/peer.h"

namespace answerback::probes {

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
};
inline void PrintTo(const Told& told, std::ostream* out) {
  *out << told.verdict() << ": " << told.result.detail << "\n" << told.frames();
}

inline std::shared_ptr<const CredentialSet> credentials_of(const std::string& secret) {
  auto signer = JwtSigner::make(JwtAlgorithm::hs256, Secret(secret));
  if (!signer) throw std::runtime_error(signer.error());
  CredentialSet set;
  set.emplace("canary",
              JwtCredential{*signer, "", R"({"sub":"canary-1","aud":"platform"})", std::chrono::minutes(5)});
  return std::make_shared<const CredentialSet>(std::move(set));
}

// Runs a probe made from `keys`, with `url` filled in.
class Bench {
 public:
  Bench(Loop& loop, const ProbeType& type, const std::string& url, const std::string& keys)
      : loop_(loop),
        reading_("url: '" + url + "'\n    " + keys),
        probe_(type.make(reading_.fields(), loop.services)) {
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

// Quick, and with its events in this shape.
inline demo::Options quick(demo::Shape shape = demo::Shape::data) {
  demo::Options options;
  options.event_gap = std::chrono::milliseconds(5);
  options.shape = shape;
  return options;
}

class OnPlatform : public testing::Test {
 protected:
  explicit OnPlatform(demo::Options options = quick())
      : secret_(options.jwt_secret), platform_(loop_.io, std::move(options)) {
    platform_.start();
    loop_.credentials.use(credentials_of(secret_));
  }
  std::string url(const std::string& path = "/ws") const { return "ws://" + platform_.host() + path; }
  // Lets the platform notice that we have gone.
  void settle() { test::finish(loop_.io, pause(std::chrono::milliseconds(30))); }
  asio::awaitable<bool> pause(Duration d) {
    co_await loop_.clock.sleep_until(loop_.clock.now() + d);
    co_return true;
  }

  Loop loop_;
  std::string secret_;
  demo::Platform platform_;
};

}  // namespace answerback::probes
