#include "probes/agent_http_settings.h"

#include <algorithm>

#include "model/text.h"
#include "probes/expect_bounds.h"

namespace answerback::probes {
namespace {

constexpr std::size_t shortest_secret = 6;  // a shorter one would make holes everywhere

bool is_token(std::string_view text) {  // RFC 9110
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").contains(c);
  });
}

void read_headers(config::Fields& fields, AgentHttpSettings& settings) {
  for (auto& [name, value] : fields.secret_map("headers", "sent with each request; values are secret")) {
    if (!is_token(name)) fields.error("headers", "no header name: " + one_line(name, 40));
    if (value.reveal().find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      fields.error("headers", "the value of " + one_line(name, 40) + " holds a line break");
    settings.headers.emplace_back(name, value.reveal());
    if (value.reveal().size() >= shortest_secret) settings.secrets.push_back(std::move(value));
  }
}

}  // namespace

AgentHttpSettings read_agent_http(config::Fields& fields, std::string_view url_doc,
                                  std::initializer_list<std::string_view> schemes) {
  AgentHttpSettings settings;
  settings.url = fields.required_parsed<net::Url>(
      "url", url_doc, [&](std::string_view text) { return net::parse_url(text, schemes); });
  read_headers(fields, settings);
  settings.credentials =
      fields.text("credentials", "", "who we are: one of `credentials`, sent as Authorization: Bearer");
  if (!settings.url.userinfo.empty())
    fields.error("url", "user:password@ has no meaning here; use credentials or headers");
  if (!settings.credentials.empty() && net::find_header(settings.headers, "authorization"))
    fields.error("credentials", "the headers hold an Authorization already");
  config::Fields tls = fields.child("tls_config", "TLS, as in blackbox_exporter");
  settings.tls = read_tls(tls);
  return settings;
}

}  // namespace answerback::probes
