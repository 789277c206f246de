#pragma once
// The probe `auth` and a platform that misbehaves in every way it can, on one loop.

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <map>

#include "credentials/jws.h"
#include "credentials/jwt.h"
#include "probes/auth/auth.h"
#include "probes/one_run.h"

namespace answerback::probes {

namespace json = boost::json;

inline std::string http_answer(unsigned status, const std::string& body = "",
                               const std::string& headers = "") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Signs people in and guards /me, on one port. Whatever a test wants broken, it sets.
struct Platform {
  explicit Platform(Loop& loop_) : loop(loop_) {}

  Loop& loop;
  Secret signs{"0123456789abcdef0123456789abcdef"}, checks = signs;
  bool takes_none = false, takes_expired = false, takes_any_audience = false, takes_any_signature = false;
  bool takes_nobody = false;
  std::string refusal = http_answer(401);                // of /me
  std::map<std::string, std::string, std::less<>> says;  // path to a whole answer, in place of ours
  std::string silent;                                    // no answer to a token that holds this (or "none")
  std::map<std::string, int> asked;
  std::map<std::string, std::string> newest;                                            // path to the request
  std::function<asio::awaitable<void>(test::Connection&, std::string request)> socket;  // of /ws

  test::Peer peer{
      loop.io, [this](test::Connection& c) -> asio::awaitable<void> {
        const std::string request = co_await c.read_http();
        const std::string path = request.substr(0, request.find(' ', 5)).substr(request.find('/'));
        ++asked[path];
        newest[path] = request;
        if (path == "/ws") {
          co_await socket(c, request);
        } else if (const auto said = says.find(path); said != says.end()) {
          if (said->second.empty()) co_await c.hold();
          co_await c.write(said->second);
        } else if (path == "/login") {
          co_await c.write(http_answer(200, R"({"access_token":")" + token() + R"(","expires_in":900})"));
        } else {
          const std::string presented = bearer(request);
          if (!silent.empty() && silent == (presented.empty() ? "none" : algorithm(presented)))
            co_await c.hold();
          co_await c.write(accepts(presented) ? http_answer(200, R"({"id":7,"you":")" + presented + "\"}")
                                              : refusal);
        }
      }};

  std::int64_t now() const {
    return std::chrono::duration_cast<std::chrono::seconds>(loop.clock.wall().time_since_epoch()).count();
  }
  std::string token() const {
    const json::object claims{{"iss", "platform"}, {"aud", "api"}, {"iat", now()}, {"exp", now() + 900}};
    return *signed_with(signs, "HS256", R"({"alg":"HS256","typ":"JWT"})", json::serialize(claims));
  }
  static std::string bearer(const std::string& request) {
    const auto at = request.find("Authorization: Bearer ");
    return at == std::string::npos ? "" : request.substr(at + 22, request.find("\r\n", at) - at - 22);
  }
  static std::string algorithm(const std::string& token) {
    const auto jws = parse_jws(token);
    return jws ? jws->alg : "";
  }
  bool accepts(const std::string& token) const {
    if (token.empty()) return takes_nobody;
    const auto jws = parse_jws(token);
    if (!jws) return false;
    const json::object claims = json::parse(jws->claims).as_object();
    if (jws->alg == "none" ? !takes_none : !takes_any_signature && !verify(*jws, checks)) return false;
    if (!takes_expired && claims.at("exp").as_int64() < now()) return false;
    return takes_any_audience || claims.at("aud").as_string() == "api";
  }
};

inline constexpr const char* secret_key = "\n    secret: 0123456789abcdef0123456789abcdef";

struct AtPlatform : testing::Test {
  using Run = answerback::Run;  // not testing::Test's
  Loop loop;
  Platform platform{loop};
  std::unique_ptr<Probe> probe;
  std::unique_ptr<Reading> reading;
  Seen seen;

  std::string at(std::string_view path) const { return "'" + platform.peer.url(path) + "'"; }
  std::string guarded(const std::string& more = "") const {
    return "login: {url: " + at("/login") +
           ", json: {user: canary, password: geheim}}\n    protected: {url: " + at("/me") + "}" + secret_key +
           more;
  }

  std::string run(const std::string& keys, Duration time = std::chrono::seconds(10)) {
    reading = std::make_unique<Reading>(keys);
    probe = auth.make(reading->fields(), loop.services);
    reading->fields().finish();
    EXPECT_TRUE(reading->ok()) << reading->text();
    return again(time);
  }
  std::string again(Duration time = std::chrono::seconds(10)) {
    seen = Seen();
    Run once{loop.clock, loop.clock.now() + time, seen.phases, seen.evidence, RunId{{1}, {1}}};
    seen.result = test::finish(loop.io, probe->run(once));
    const std::string reason(seen.reason());
    return std::string(name(seen.result.verdict)) + (reason.empty() ? "" : " " + reason) + ": " +
           seen.result.detail;
  }
  std::string phase() const { return std::string(name(seen.phases.current())); }
  std::string frames() const {
    std::string all;
    for (const Frame& frame : seen.evidence.frames()) all += "--- " + frame.label + "\n" + frame.text + "\n";
    return all;
  }
  std::string here() const { return "http://127.0.0.1:" + std::to_string(platform.peer.port()); }
};

}  // namespace answerback::probes
