#pragma once
// Whether an answer means that a token was taken. A status alone does not say so: services refuse with a 200
// and an error in it, a redirect, or their sign-in page. Pure.

#include <optional>
#include <span>
#include <string>

#include "config/fields.h"
#include "credentials/credentials.h"
#include "model/result.h"
#include "net/http.h"
#include "probes/shared/expect/expect.h"

namespace answerback::probes {

// Where tokens are presented.
struct Door {
  enum class Way : std::uint8_t { header, json, form };
  net::HttpRequest request = {};
  Expect expect = {};           // of an answer to one who is let in
  Way way = Way::header;        // how the token is presented
  std::string field = "token";  // under which it stands in a JSON body or form
};
enum class DoorKind : std::uint8_t { protects, validates, introspects };
// From a mapping. `validates` may also take the token in the body; `introspects` is RFC 7662, with client_id
// and client_secret.
Door read_door(config::Fields&, const net::TlsSettings&, DoorKind);

// The request that presents this token; none where it is nullopt.
net::HttpRequest knock(const Door&, const std::optional<std::string>& token);

struct Access {
  enum class Kind : std::uint8_t { accepted, refused, unclear };
  Kind kind = Kind::unclear;
  Reason reason = Reason::none;  // of a refusal (auth, forbidden), or why it is unclear
  std::string words;             // "answered 401"
};
// Of a status that lets nobody in. A 3xx or 4xx refuses.
Access judge_status(unsigned status, std::string words);
// A 5xx, a 408, a 429 and whatever else says nothing about the token is unclear.
Access judge_access(const Expect&, const net::HttpResponse&);
// The same of a token that is good as far as we know: that nothing is to be had here that way (404, 405, 410
// and their like) turns a forgery away, yet says nothing of a token, and is unclear.
Access judge_entry(const Expect&, const net::HttpResponse&);
// RFC 7662 2.2: only `active: true` is a yes.
Access judge_introspection(const net::HttpResponse&);

// Why a 2xx with this body is none: "active is false"; nothing where it is.
std::optional<std::string> refusal_in(std::string_view body);

// What several services say of one token.
struct Opinion {
  std::string place;  // "https://api/me"
  Access access;
};
// The failure it is: auth_split_brain where one accepts and another refuses, else the first refusal, else
// what is unclear. Nothing where all accept.
std::optional<Failure> judge_opinions(std::span<const Opinion>);

}  // namespace answerback::probes
