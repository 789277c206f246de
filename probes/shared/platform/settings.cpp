#include "probes/shared/platform/settings.h"

#include <algorithm>
#include <boost/json.hpp>

#include "credentials/credentials.h"
#include "model/text.h"
#include "probes/shared/expect/bounds.h"
#include "probes/shared/platform/event.h"

namespace answerback::probes {
namespace {

// An agent's words may be many; what is too long to be read is skipped, and only beyond this the end.
constexpr std::size_t largest_message = 8 * 1024 * 1024;
constexpr std::string_view jwt_protocol = "jwt-auth", jwt_prefix = "jwt.";
constexpr std::string_view token_mark = "{{token}}", base64_mark = "{{token|base64url}}",
                           mark_in_url = "%7B%7Btoken%7D%7D";

constexpr std::pair<std::string_view, SendToken> ways[] = {
    {"header", SendToken::header}, {"subprotocol", SendToken::subprotocol},
    {"query", SendToken::query},   {"message", SendToken::message},
    {"none", SendToken::none},
};

bool is_token(std::string_view text) {  // RFC 9110
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").contains(c);
  });
}

bool breaks_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

std::string replaced(std::string text, std::string_view mark, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += with.size())
    text.replace(at, mark.size(), with);
  return text;
}

std::string with_marks(const std::string& text, std::string_view token, std::string_view base64) {
  return replaced(replaced(text, token_mark, token), base64_mark, base64);
}

std::expected<net::Url, std::string> parse_socket_url(std::string_view text) {
  return net::parse_url(replaced(std::string(text), token_mark, mark_in_url), {"ws", "wss"});
}

void read_headers(config::Fields& fields, SessionSettings& settings) {
  net::Headers& headers = settings.request.headers;
  for (const auto& [name, value] : fields.secret_map("headers", "sent with the upgrade; values are secret")) {
    if (!is_token(name)) fields.error("headers", "no header name: " + one_line(name, 40));
    if (breaks_line(value.reveal()))
      fields.error("headers", "the value of " + one_line(name, 40) + " holds a line break");
    headers.emplace_back(name, value.reveal());
  }
  if (const auto origin = fields.optional_text("origin", "sent as Origin, as a browser would")) {
    if (breaks_line(*origin)) fields.error("origin", "holds a line break");
    headers.emplace_back("Origin", *origin);
  }
}

void read_sign_in(config::Fields& fields, SessionSettings& settings, Users users) {
  if (users == Users::one)
    settings.credentials = fields.text("credentials", "", "who we are: one of `credentials`");
  std::vector<std::string> names;
  for (const auto& [name, way] : ways) names.emplace_back(name);
  const std::string chosen = fields.one_of(
      "send_token", "header", names,
      "where the token goes: the Authorization header, the subprotocols jwt-auth and jwt.<base64url>, "
      "?token=, the first message, or nowhere");
  for (const auto& [name, way] : ways) {
    if (name == chosen) settings.send_token = way;
  }
  const bool placed = marked(settings.request);
  if (placed && !fields.has("send_token")) settings.send_token = SendToken::none;
  if (placed && settings.credentials.empty())
    fields.error("credentials", "{{token}} is that of credentials, and none are named");
  settings.uses_token = placed || settings.send_token != SendToken::none;
  const bool authorised = net::find_header(settings.request.headers, "authorization");
  if (authorised && !settings.credentials.empty() && settings.send_token == SendToken::header)
    fields.error("credentials", "the headers hold an Authorization already");
  if (!settings.request.url.userinfo.empty())
    fields.error("url", "user:password@ has no meaning here; use credentials or headers");
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF", unreserved = "-._~";
  std::string encoded;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || unreserved.contains(c);
    const auto byte = static_cast<unsigned char>(c);
    if (plain)
      encoded += c;
    else
      encoded.append({'%', hex[byte >> 4U], hex[byte & 0xFU]});
  }
  return encoded;
}

Welcome read_welcome(config::Fields& fields, Welcome::Rule usual) {
  constexpr std::string_view doc =
      "the server's first word: `none`, or {json: matchers}; left out: what platforms say to a new "
      "connection";
  Welcome welcome{.rule = usual};
  const auto written = fields.json("welcome", doc);
  if (!written) return welcome;
  if (*written == "\"none\"") return {.rule = Welcome::Rule::none};
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(*written, error);
  const boost::json::object* object = error ? nullptr : value.if_object();
  const boost::json::value* matchers = object ? object->if_contains("json") : nullptr;
  if (!matchers || object->size() != 1) {
    fields.error("welcome", "wants none, or {json: {/pointer: value}}");
    return welcome;
  }
  auto expect = JsonExpect::parse(boost::json::serialize(*matchers));
  if (!expect) {
    fields.error("welcome", expect.error());
    return welcome;
  }
  return {.rule = Welcome::Rule::configured, .json = *std::move(expect)};
}

}  // namespace

bool marked(const net::WebSocketRequest& request) {
  const auto holds = [](std::string_view text) { return text.contains("{{token"); };
  return request.url.target.contains(mark_in_url) || std::ranges::any_of(request.subprotocols, holds) ||
         std::ranges::any_of(request.headers, [&](const auto& header) { return holds(header.second); });
}

SessionSettings read_connection(config::Fields& fields, Users users) {
  SessionSettings settings;
  settings.welcome.rule = Welcome::Rule::none;
  settings.request.limits.message_bytes = largest_message;
  settings.request.url = fields.required_parsed<net::Url>("url", "ws or wss", parse_socket_url);
  read_headers(fields, settings);
  for (std::string& offered :
       fields.texts("subprotocols", "offered to the server, which must select one of them")) {
    if (!is_token(with_marks(offered, "x", "x")))
      fields.error("subprotocols", "no subprotocol: " + one_line(offered, 40));
    settings.request.subprotocols.push_back(std::move(offered));
  }
  read_sign_in(fields, settings, users);
  config::Fields tls = fields.child("tls_config", "TLS, as in blackbox_exporter");
  settings.request.tls = read_tls(tls);
  return settings;
}

SessionSettings read_session(config::Fields& fields, Welcome::Rule usual, Users users) {
  SessionSettings settings = read_connection(fields, users);
  settings.welcome = read_welcome(fields, usual);
  return settings;
}

net::WebSocketRequest with_token(const SessionSettings& settings, const std::string& token) {
  net::WebSocketRequest request = settings.request;
  if (token.empty()) return request;
  const std::string base64 = base64url(token);
  request.url.target = replaced(request.url.target, mark_in_url, percent_encoded(token));
  for (auto& [name, value] : request.headers) value = with_marks(value, token, base64);
  for (std::string& offered : request.subprotocols) offered = with_marks(offered, token, base64);
  switch (settings.send_token) {
    case SendToken::header: request.headers.emplace_back("Authorization", "Bearer " + token); break;
    case SendToken::subprotocol:
      request.subprotocols.emplace_back(jwt_protocol);
      request.subprotocols.push_back(std::string(jwt_prefix) + base64);
      break;
    case SendToken::query:
      request.url.target +=
          (request.url.target.contains('?') ? "&token=" : "?token=") + percent_encoded(token);
      break;
    case SendToken::message:
    case SendToken::none: break;
  }
  return request;
}

std::string request_text(std::string_view type, const std::string& question) {
  boost::json::object payload;
  for (const std::string_view key : {"content", "message", "text", "user_request"}) payload[key] = question;
  return boost::json::serialize(boost::json::object{{"type", type}, {"payload", std::move(payload)}});
}

std::string token_message(const std::string& token) {
  return boost::json::serialize(boost::json::object{{"type", "auth"}, {"token", token}});
}

std::string judge_welcome(const Welcome& wanted, const AgentEvent& event, std::string_view text) {
  using enum EventKind;
  const bool not_ready = event.kind == welcome && !event.ready;
  switch (wanted.rule) {
    case Welcome::Rule::none: return {};
    case Welcome::Rule::configured: return wanted.json.mismatch(text).value_or("");
    case Welcome::Rule::platform:
      if (not_ready) return "the server says it has not started up yet";
      if (event.kind == welcome) return {};
      if (event.kind == error && !event.words.empty()) return "only an error: " + event.words;
      return "only " + (event.name.empty() ? "a frame without a type" : event.name);
    case Welcome::Rule::any:
      if (not_ready) return "the server says it has not started up yet";
      if (event.kind == ping || event.kind == pong || event.kind == heartbeat) return "only " + event.name;
      if (event.kind == error) return "only an error: " + event.words;
      return {};
  }
  return {};
}

}  // namespace answerback::probes
