#pragma once
// A probe and the demo platform on one loop. The probe lives over several runs, as it does in the daemon.

#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <string>

#include "platform/platform.h"
#include "probes/told.h"

namespace answerback::probes {

inline std::shared_ptr<const CredentialSet> credentials_of(const std::string& secret) {
  auto signer = JwtSigner::make(JwtAlgorithm::hs256, Secret(secret));
  if (!signer) throw std::runtime_error(signer.error());
  CredentialSet set;
  set.emplace("canary",
              JwtCredential{*signer, "", R"({"sub":"canary-1","aud":"platform"})", std::chrono::minutes(5)});
  return std::make_shared<const CredentialSet>(std::move(set));
}

// At this url.
class Bench : public OneProbe {
 public:
  Bench(Loop& loop, const ProbeType& type, const std::string& url, const std::string& keys)
      : OneProbe(loop, type, "url: '" + url + "'\n    " + keys) {}
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
