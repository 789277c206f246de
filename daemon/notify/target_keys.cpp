#include "notify/target_keys.h"

#include <algorithm>

#include "credentials/tls_keys.h"

namespace answerback::notify {
namespace {

constexpr Duration longest_timeout = std::chrono::minutes(2);

bool alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// RFC 9110: nothing that could end the line it stands in.
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
  });
}

void read_headers(config::Fields& fields, net::HttpRequest& request) {
  for (const auto& [name, value] :
       fields.secret_map("headers", "sent with each request; values are secret")) {
    const std::string key = "headers." + name;
    if (!is_token(name)) fields.error(key, "not a header name");
    if (value.reveal().find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      fields.error(key, "its value holds a line break");
    request.headers.emplace_back(name, value.reveal());
  }
}

void read_sign_in(config::Fields& fields, net::HttpRequest& request) {
  const Secret token = fields.secret("bearer_token", "sent as Authorization: Bearer");
  config::Fields basic =
      fields.child("basic_auth", "sent as Authorization: Basic; also as user:password@ in the url");
  const std::string user = basic.text("username", "", "user name");
  const Secret password = basic.secret("password", "password");
  const bool named = !user.empty() || !password.empty();

  const int ways = int{!token.empty()} + int{named} + int{!request.url.userinfo.empty()} +
                   int{net::find_header(request.headers, "Authorization") != nullptr};
  if (ways > 1)
    fields.error("url",
                 "more than one of bearer_token, basic_auth, user:password@ and an Authorization header");
  if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token.reveal());
  if (named) request.url.userinfo = user + ":" + password.reveal();
}

}  // namespace

void read_request(config::Fields& fields, Target& target) {
  read_headers(fields, target.request);
  read_sign_in(fields, target.request);
  config::Fields tls = fields.child("tls_config", "TLS, as in blackbox_exporter");
  target.request.tls = read_tls(tls);
  target.timeout = fields.duration("timeout", std::chrono::seconds(10), "the longest an attempt may take");
  if (target.timeout > longest_timeout) fields.error("timeout", "must be at most 2m");
}

std::string name_error(std::string_view name) {
  constexpr std::size_t longest = 200;
  if (name.empty() || name.size() > longest) return "a name has 1 to 200 characters";
  const auto allowed = [](char c) { return alphanumeric(c) || std::string_view("_.-").contains(c); };
  return std::ranges::all_of(name, allowed) ? "" : "a name holds only letters, digits and _ . -";
}

}  // namespace answerback::notify
