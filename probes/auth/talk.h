#pragma once
// How one run of `auth` talks over HTTP: each exchange is kept as evidence without tokens, and the clocks of
// those who answer are seen.

#include <expected>
#include <optional>
#include <string>

#include "model/redactor.h"
#include "net/http.h"
#include "probe/probe.h"

namespace answerback::probes {

using AuthAnswer = std::expected<net::HttpResponse, Failure>;

struct SeenClock {
  Duration ahead;     // of ours
  std::string whose;  // "https://auth/token", "the token's iat"
};

class AuthTalk {
 public:
  AuthTalk(Run& run, const Services& services)
      : run_(run), transport_{services.dns, services.tls, services.proxies} {}

  // In the phase there is. The body of a sign-in holds the token, and more that we do not know: it is never
  // shown.
  asio::awaitable<AuthAnswer> ask(const net::HttpRequest&, bool show_body);
  asio::awaitable<AuthAnswer> get(std::string url, const net::TlsSettings&, bool show_body);

  void see_clock(Duration ahead, std::string whose);
  const std::optional<SeenClock>& clock() const { return clock_; }  // the one that is furthest off

  Redactor masks;  // knows the tokens of this run

 private:
  Run& run_;
  const net::Transport transport_;
  std::optional<SeenClock> clock_;
};

}  // namespace answerback::probes
