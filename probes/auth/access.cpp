#include "probes/auth/access.h"

#include <algorithm>
#include <boost/json.hpp>

#include "model/text.h"
#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;
using Kind = Access::Kind;

std::string access_status(const net::HttpResponse& response) {
  return "answered " + std::to_string(response.status);
}

Access access_refused(std::string words, Reason reason = Reason::auth) {
  return {.kind = Kind::refused, .reason = reason, .words = std::move(words)};
}

bool status_wanted(const Expect& expect, unsigned status) {
  return std::ranges::any_of(
      expect.status, [&](const StatusRange& range) { return status >= range.first && status <= range.last; });
}

Access access_unlike(const net::HttpResponse& response) {
  const unsigned status = response.status;
  std::string words = access_status(response);
  if (status / 100 == 3) {
    const std::string* to = net::find_header(response.headers, "location");
    return access_refused(
        words + ", a redirect" +
        (to ? " to " + one_line(to->substr(0, to->find_first_of("?#")), 100) : std::string()));
  }
  Access access = judge_status(status, std::move(words));
  if (access.reason == Reason::status && !response.body.empty())
    access.words += ": " + describe_body(response.body);
  return access;
}

bool says_no(const json::value& value) {
  if (value.is_bool()) return !value.get_bool();
  return value.is_string() && (value.get_string() == "false" || value.get_string() == "False");
}

bool says_something(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: return false;
    case json::kind::bool_: return value.get_bool();
    case json::kind::string: return !value.get_string().empty();
    case json::kind::array: return !value.get_array().empty();
    case json::kind::object: return !value.get_object().empty();
    default: return true;
  }
}

}  // namespace

Door read_door(config::Fields& fields, const net::TlsSettings& tls, DoorKind kind) {
  Door door;
  const bool asks = kind != DoorKind::protects;
  door.request.tls = tls;
  door.request.url = fields.required_parsed<net::Url>(
      "url",
      kind == DoorKind::protects ? "what a token is needed for, http or https"
                                 : "who is asked whether the token is good, http or https",
      [](std::string_view text) { return net::parse_url(text, {"http", "https"}); });
  if (!door.request.url.userinfo.empty()) fields.error("url", "user:password@ has no meaning here");
  if (kind == DoorKind::introspects) {
    door.way = Door::Way::form;
    const std::string client = fields.text("client_id", "", "who asks");
    const Secret secret = fields.secret("client_secret", "and its secret");
    if (!client.empty())
      door.request.headers.emplace_back("Authorization", client_authorization(client, secret.reveal()));
  }
  for (const auto& [name, value] : fields.secret_map("headers", "sent with the request; values are secret"))
    door.request.headers.emplace_back(name, value.reveal());
  if (kind == DoorKind::introspects) {
    door.request.method = "POST";
    return door;
  }
  if (asks) {
    const std::string way = fields.one_of("send", "header", {"header", "json", "form"},
                                          "how: as Authorization: Bearer, or in the body");
    door.way = way == "json" ? Door::Way::json : way == "form" ? Door::Way::form : Door::Way::header;
    door.field = fields.text("field", "token", "what it is called in the body");
  }
  door.request.method = fields.one_of("method", door.way == Door::Way::header ? "GET" : "POST",
                                      {"GET", "POST", "HEAD", "PUT"}, "of the request");
  config::Fields expect =
      fields.child("expect", "what the answer must be; left out: a 2xx that says no error");
  door.expect = read_expect(expect);
  door.request.limits.body_bytes = door.expect.max_bytes;
  return door;
}

net::HttpRequest knock(const Door& door, const std::optional<std::string>& token) {
  net::HttpRequest request = door.request;
  request.headers.emplace_back("Accept", "application/json, */*;q=0.5");
  switch (door.way) {
    case Door::Way::header:
      if (token) request.headers.emplace_back("Authorization", "Bearer " + *token);
      break;
    case Door::Way::json:
      request.headers.emplace_back("Content-Type", "application/json");
      request.body = json::serialize(token ? json::object{{door.field, *token}} : json::object());
      break;
    case Door::Way::form:
      request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
      if (token) request.body = form_text({{door.field, *token}});
      break;
  }
  return request;
}

Access judge_status(unsigned status, std::string words) {
  if (status == 429)
    return {.kind = Kind::unclear, .reason = Reason::rate_limited, .words = std::move(words)};
  const bool refuses = status / 100 == 3 || (status / 100 == 4 && status != 408 && status != 425);
  if (!refuses) return {.kind = Kind::unclear, .reason = Reason::status, .words = std::move(words)};
  return access_refused(std::move(words), status == 403 ? Reason::forbidden : Reason::auth);
}

std::optional<std::string> refusal_in(std::string_view body) {
  if (looks_like_html(body)) {
    std::string page = describe_body(body);
    return page.contains("password field") ? std::optional(std::move(page)) : std::nullopt;
  }
  boost::system::error_code error;
  const json::value document = json::parse(body, error);
  const json::object* object = error ? nullptr : document.if_object();
  if (!object) return std::nullopt;
  for (const std::string_view key :
       {"active", "valid", "is_valid", "authenticated", "authorized", "success", "ok"})
    if (const json::value* value = object->if_contains(key); value && says_no(*value))
      return std::string(key) + " is false";
  for (const std::string_view key : {"error", "errors", "error_code", "error_message"})
    if (const json::value* value = object->if_contains(key); value && says_something(*value))
      return std::string(key) + " is " + one_line(json::serialize(*value), 80);
  constexpr std::string_view bad_words[] = {"error", "unauthorized", "unauthenticated", "invalid",
                                            "fail",  "failed",       "forbidden",       "expired"};
  for (const std::string_view key : {"status", "code", "type"}) {
    const json::value* value = object->if_contains(key);
    if (!value) continue;
    const bool code = value->is_int64() && (value->get_int64() == 401 || value->get_int64() == 403);
    const bool word =
        value->is_string() &&
        std::ranges::find(bad_words, std::string_view(value->get_string())) != std::end(bad_words);
    if (code || word) return std::string(key) + " is " + one_line(json::serialize(*value), 80);
  }
  return std::nullopt;
}

Access judge_access(const Expect& expect, const net::HttpResponse& response) {
  if (!status_wanted(expect, response.status)) return access_unlike(response);
  if (auto unlike = judge(expect, response))
    return access_refused(access_status(response) + ", but not as to one who is let in: " + unlike->detail);
  if (const auto refusal = expect.json.empty() ? refusal_in(response.body) : std::nullopt)
    return access_refused(access_status(response) + ", but " + *refusal);
  return {.kind = Kind::accepted, .reason = Reason::none, .words = access_status(response)};
}

Access judge_entry(const Expect& expect, const net::HttpResponse& response) {
  constexpr unsigned of_the_request[] = {404, 405, 406, 410, 411, 413, 414, 415, 417, 421, 426, 431};
  if (status_wanted(expect, response.status) ||
      std::ranges::find(of_the_request, response.status) == std::end(of_the_request))
    return judge_access(expect, response);
  return {.kind = Kind::unclear,
          .reason = Reason::status,
          .words = access_status(response) + ", which says nothing of the token (are url and method right?)"};
}

Access judge_introspection(const net::HttpResponse& response) {
  if (response.status == 401 || response.status == 403)
    return {.kind = Kind::unclear,
            .reason = Reason::auth,
            .words = access_status(response) + ": we may not ask; see client_id and client_secret"};
  if (response.status != 200) {
    Access access = access_unlike(response);
    access.kind = Kind::unclear;
    if (access.reason == Reason::auth) access.reason = Reason::status;
    return access;
  }
  boost::system::error_code error;
  const json::value document = json::parse(response.body, error);
  const json::object* object = error ? nullptr : document.if_object();
  const json::value* active = object ? object->if_contains("active") : nullptr;
  if (!active || !active->is_bool())
    return {.kind = Kind::unclear,
            .reason = Reason::assertion,
            .words = "answered without `active`: " + describe_body(response.body)};
  if (!active->get_bool()) return access_refused("answered 200 with active: false");
  return {.kind = Kind::accepted, .reason = Reason::none, .words = "answered active: true"};
}

std::optional<Failure> judge_opinions(std::span<const Opinion> opinions) {
  const auto first = [&](auto is) { return std::ranges::find_if(opinions, is); };
  const auto accepts = first([](const Opinion& o) { return o.access.kind == Kind::accepted; });
  const auto refused = first([](const Opinion& o) { return o.access.kind == Kind::refused; });
  const auto unclear = first([](const Opinion& o) { return o.access.kind == Kind::unclear; });
  if (refused != opinions.end()) {
    const Access& no = refused->access;
    if (accepts != opinions.end() && no.reason == Reason::auth)
      return Failure{Reason::auth_split_brain, accepts->place + " accepts the token, " + refused->place +
                                                   " refuses it (" + no.words + ")"};
    return Failure{no.reason, refused->place + " refuses a token just received: it " + no.words};
  }
  if (unclear == opinions.end()) return std::nullopt;
  return Failure{unclear->access.reason, unclear->place + ": " + unclear->access.words};
}

}  // namespace answerback::probes
