#include <algorithm>

#include "model/text.h"
#include "probes/auth/auth.h"

namespace answerback::probes {
namespace {

std::expected<net::Url, std::string> parse_web_url(std::string_view text) {
  return net::parse_url(text, {"http", "https"});
}

void read_who(config::Fields& fields, AuthSettings& settings) {
  const bool describes = fields.describes();
  const bool login = fields.has("login"), oauth = fields.has("oauth"), named = fields.has("credentials");
  if (!describes && login + oauth + named != 1)
    fields.error("", "needs one of `login`, `oauth` and `credentials`: how a token is had");
  if (login || describes) {
    config::Fields keys = fields.child("login", "signing in as a user does");
    settings.sign_in = read_login(keys);
  }
  if (oauth || describes) {
    config::Fields keys = fields.child("oauth", "signing in as a client: client_credentials");
    settings.sign_in = read_oauth(keys);
  }
  settings.credentials =
      fields.text("credentials", "", "or a token that is had already: of the top-level credentials");
}

void read_issuer(config::Fields& fields, AuthSettings& settings) {
  settings.secret = fields.secret("secret", "shared secret that signs tokens (HS256, HS384, HS512)");
  settings.issuer = fields.text(
      "issuer", "", "whose metadata and keys are read and must verify the token; exactly as it calls itself");
  if (const auto url = parse_web_url(settings.issuer); !settings.issuer.empty() && !url)
    fields.error("issuer", url.error());
  if (fields.has("jwks_url") || fields.describes())
    settings.keys = fields.parsed<net::Url>(
        "jwks_url", "", "where its keys are, instead of asking its metadata", parse_web_url);
  if (settings.token.issuer.empty()) settings.token.issuer = settings.issuer;
}

std::optional<Door> read_optional_door(config::Fields& fields, const char* key, const char* doc,
                                       const net::TlsSettings& tls, DoorKind kind) {
  if (!fields.has(key) && !fields.describes()) return std::nullopt;
  config::Fields keys = fields.child(key, doc);
  return read_door(keys, tls, kind);
}

void read_doors(config::Fields& fields, AuthSettings& settings) {
  settings.introspect = read_optional_door(fields, "introspect", "RFC 7662: asks the issuer about the token",
                                           settings.tls, DoorKind::introspects);
  settings.validate =
      read_optional_door(fields, "validate", "a service that says whether a token is good; its body is read",
                         settings.tls, DoorKind::validates);
  settings.guarded =
      read_optional_door(fields, "protected", "what a token opens; every other token must be refused here",
                         settings.tls, DoorKind::protects);
  for (const std::string& each :
       fields.texts("also",
                    "other services that must accept the same token, http, https, "
                    "ws or wss; one that refuses it is auth_split_brain; at a "
                    "WebSocket that welcomes it, what must be refused is tried too")) {
    auto url = net::parse_url(each, {"http", "https", "ws", "wss"});
    if (!url) {
      fields.error("also", one_line(each, 80) + ": " + url.error());
    } else if (url->scheme.starts_with("ws")) {
      settings.sockets.push_back({.url = *std::move(url), .tls = settings.tls});
    } else {
      Door door;
      door.request.url = *std::move(url);
      door.request.tls = settings.tls;
      settings.also.push_back(std::move(door));
    }
  }
}

void read_refusals(config::Fields& fields, AuthSettings& settings) {
  std::string all;
  for (const Forgery each : forgeries()) all += (all.empty() ? "" : ", ") + std::string(name(each));
  const auto names = fields.texts(
      "refuse", "what must be refused: " + all + "; left out: all that can be made of the token");
  for (const std::string& wanted : names) {
    const auto found = std::ranges::find(forgeries(), wanted, [](Forgery each) { return name(each); });
    if (found == forgeries().end())
      fields.error("refuse", one_line(wanted, 40) + " is none of " + all);
    else if (*found == Forgery::wrong_audience && settings.secret.empty())
      fields.error("refuse", "wrong_audience can be made with the `secret` only");
    else
      settings.refuse.push_back(*found);
  }
  if (names.empty() && !fields.has("refuse"))
    settings.refuse.assign(forgeries().begin(), forgeries().end());
  else if (!settings.guarded && !settings.validate && settings.sockets.empty())
    fields.error("refuse", "needs `protected` or `validate`, or a WebSocket in `also`: where they are tried");
  settings.negative_every = static_cast<int>(
      fields.integer("negative_every", 10, 1, 100000, "these are tried in every so many-th run"));
}

}  // namespace

AuthSettings read_auth(config::Fields& fields) {
  AuthSettings settings;
  config::Fields tls = fields.child("tls_config", "TLS of all but login and oauth, which have their own");
  settings.tls = read_tls(tls);
  read_who(fields, settings);
  config::Fields token = fields.child("token", "what the token must be");
  settings.token = read_token_rules(token);
  read_issuer(fields, settings);
  read_doors(fields, settings);
  read_refusals(fields, settings);
  config::Fields clock = fields.child("clock", "how far the clocks of those who answer may be from ours");
  settings.clock_warn = clock.duration("warn", std::chrono::seconds(30), "warn beyond");
  settings.clock_fail = clock.optional_duration("fail", "fail beyond");
  config::Fields slow = fields.child("slow", "bounds on the time taken");
  settings.slow = read_slow(slow);
  return settings;
}

}  // namespace answerback::probes
