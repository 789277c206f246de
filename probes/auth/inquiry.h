#pragma once
// The stages of one run of `auth`, in their order; each adds to what is known, or ends the run.

#include <optional>
#include <string>
#include <vector>

#include "probe/probe.h"
#include "probes/auth/auth.h"
#include "probes/auth/socket.h"
#include "probes/auth/talk.h"

namespace answerback::probes {

// What is kept from one run to the next.
struct AuthMemory {
  std::optional<std::vector<std::string>> keys;  // names of the issuer's
  struct Dated {
    std::string token;
    double expires;
  };
  std::optional<Dated> oldest;       // becomes a token that has expired
  int until_negative = 0;            // runs
  std::optional<ProbeResult> doubt;  // of the last round of forgeries, where they are not tried again at once
};

// What one run has learned.
struct Inquiry {
  Inquiry(Run& r, Services& s, const AuthSettings& a, AuthMemory& m)
      : run(r), services(s), settings(a), memory(m), talk(r, s) {}

  void say(const std::string& what) { passed += (passed.empty() ? "" : ", ") + what; }

  Run& run;
  Services& services;
  const AuthSettings& settings;
  AuthMemory& memory;
  AuthTalk talk;
  Original original = {};                 // the token
  std::optional<Duration> lifetime = {};  // as the sign-in says it
  std::vector<Greeting> greetings = {};   // of the settings' sockets, in their order
  std::vector<ProbeResult> doubts = {};   // warnings; the first is told where nothing fails
  std::string passed = {};                // what was good, in words
};

using Outcome = std::optional<ProbeResult>;  // nothing: go on
inline Outcome auth_fails(Failure failure) { return ProbeResult::fail(std::move(failure)); }
inline Outcome auth_fails(const std::string& place, Failure failure) {
  failure.detail = place + ": " + failure.detail;
  return ProbeResult::fail(std::move(failure));
}

asio::awaitable<Outcome> get_token(Inquiry&);
Outcome look_at_token(Inquiry&);
asio::awaitable<Outcome> verify_token(Inquiry&);   // by the secret, and by the issuer's keys
asio::awaitable<Outcome> present_token(Inquiry&);  // everywhere it must be accepted
asio::awaitable<Outcome> try_forgeries(Inquiry&);  // in every so many-th run
Outcome look_at_clock(Inquiry&);

// "the clock of https://auth/token is 45 s ahead of ours"; empty where none is beyond the bounds.
std::string clock_apart(const Inquiry&);

inline double auth_seconds(Wall at) { return seconds(at.time_since_epoch()); }
std::string auth_span(double seconds);  // "45 s", "15 min"

}  // namespace answerback::probes
