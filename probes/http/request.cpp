#include "probes/http/request.h"

#include <algorithm>

#include "credentials/tls_keys.h"
#include "model/text.h"

namespace answerback::probes {
namespace {

std::string basic_base64(std::string_view bytes) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) {
      return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
    };
    const unsigned group = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
    for (const unsigned shift : {18U, 12U, 6U, 0U}) text += alphabet[group >> shift & 0x3FU];
  }
  std::fill_n(text.rbegin(), (3 - bytes.size() % 3) % 3, '=');
  return text;
}

// The one way of signing in that is configured, as an Authorization header; more than one is an error.
void read_request_sign_in(config::Fields& fields, net::HttpRequest& request) {
  const Secret token = fields.secret("bearer_token", "sent as Authorization: Bearer");
  config::Fields basic =
      fields.child("basic_auth", "sent as Authorization: Basic; also as user:password@ in the url");
  const std::string user = basic.text("username", "", "user name");
  const Secret password = basic.secret("password", "password");

  std::vector<std::string> offered;
  if (!token.empty()) offered.push_back("Bearer " + token.reveal());
  if (!user.empty() || !password.empty())
    offered.push_back("Basic " + basic_base64(user + ":" + password.reveal()));
  if (!request.url.userinfo.empty()) offered.push_back("Basic " + basic_base64(request.url.userinfo));
  if (const std::string* header = net::find_header(request.headers, "authorization"))
    offered.push_back(*header);
  if (offered.size() > 1) {
    fields.error("url",
                 "more than one of bearer_token, basic_auth, user:password@ and an Authorization header");
  }
  request.url.userinfo.clear();
  if (!offered.empty() && !net::find_header(request.headers, "authorization")) {
    request.headers.emplace_back("Authorization", offered.front());
  }
}

// A token of RFC 9110, as methods and header names are: nothing that could end the line it stands in.
bool is_header_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").contains(c);
  });
}

void read_request_headers(config::Fields& fields, net::HttpRequest& request) {
  for (const auto& [name, value] : fields.secret_map("headers", "sent with the request; values are secret")) {
    if (!is_header_token(name)) fields.error("headers", "no header name: " + one_line(name, 40));
    if (value.reveal().find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      fields.error("headers", "the value of " + one_line(name, 40) + " holds a line break");
    }
    request.headers.emplace_back(name, value.reveal());
  }
}

// {{names}} are no part of a URL; they wait in the target, percent-encoded, for read_filled().
constexpr std::pair<std::string_view, std::string_view> name_marks[] = {{"{{", "%7B%7B"}, {"}}", "%7D%7D"}};

std::string marks_replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::expected<net::Url, std::string> parse_http_url(std::string_view text, bool with_names) {
  std::string url(text);
  if (with_names)
    for (const auto& [mark, encoded] : name_marks) url = marks_replaced(std::move(url), mark, encoded);
  return net::parse_url(url, {"http", "https"});
}

}  // namespace

net::HttpRequest read_http_request(config::Fields& fields, bool with_names) {
  net::HttpRequest request;
  request.url = fields.required_parsed<net::Url>(
      "url", "what is asked for, http or https",
      [&](std::string_view text) { return parse_http_url(text, with_names); });
  request.method = fields.text("method", "GET", "request method");
  if (!is_header_token(request.method)) fields.error("method", "no request method");
  read_request_headers(fields, request);
  request.body =
      fields.secret("body", "sent with the request; set the Content-Type among the headers").reveal();
  read_request_sign_in(fields, request);
  request.redirects = static_cast<int>(fields.integer("redirects", 0, 0, 20, "redirects followed"));
  config::Fields tls = fields.child("tls_config", "TLS, as in blackbox_exporter");
  request.tls = read_tls(tls);
  return request;
}

FilledRequest read_filled(config::Fields& fields, const net::HttpRequest& request,
                          const std::set<std::string, std::less<>>& names) {
  const StepScope scope{.constants = {}, .names = names};
  const auto read = [&](std::string_view key, std::string_view text) {
    auto made = Template::of_text(text, scope);
    if (made) return *std::move(made);
    fields.error(key, made.error());
    return Template();
  };
  std::string target = request.url.target;
  for (const auto& [mark, encoded] : name_marks) target = marks_replaced(std::move(target), encoded, mark);
  FilledRequest filled{.target = read("url", target), .headers = {}, .body = read("body", request.body)};
  for (const auto& [name, value] : request.headers) filled.headers.push_back(read("headers", value));
  return filled;
}

net::HttpRequest fill(net::HttpRequest request, const FilledRequest& filled, const StepValues& values) {
  const auto known = [&](std::string_view name) {
    const auto found = values.find(name);
    return found == values.end() ? StepValue() : found->second;
  };
  request.url.target = filled.target.fill([&](std::string_view name) {
    StepValue value = known(name);
    value.text = encoded_for_target(value.text);
    return value;
  });
  for (std::size_t i = 0; i < filled.headers.size(); ++i)
    request.headers[i].second = filled.headers[i].fill(known);
  request.body = filled.body.fill(known);
  return request;
}

std::string encoded_for_target(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain || std::string_view("-._~").contains(c)) {
      out += c;
    } else {
      out.append({'%', hex[byte >> 4U], hex[byte & 15U]});
    }
  }
  return out;
}

}  // namespace answerback::probes
