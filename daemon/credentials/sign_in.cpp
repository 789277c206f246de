#include "credentials/sign_in.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <charconv>

#include "credentials/jws.h"
#include "credentials/jwt.h"
#include "credentials/tls_keys.h"
#include "model/text.h"

namespace answerback {

namespace {

namespace json = boost::json;
using std::chrono::seconds;

constexpr std::size_t largest_token = 16 * 1024, largest_answer = 256 * 1024;
constexpr double last_moment = 9e9;  // seconds since the epoch that a Wall can hold

std::string form_encoded(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF", unreserved = "-._~";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || unreserved.contains(c))
      encoded += c;
    else
      encoded.append({'%', hex[byte >> 4U], hex[byte & 15U]});
  }
  return encoded;
}

net::Url read_sign_in_url(config::Fields& fields, std::string_view key, std::string_view doc) {
  auto url = fields.required_parsed<net::Url>(
      key, doc, [](std::string_view text) { return net::parse_url(text, {"http", "https"}); });
  if (!url.userinfo.empty()) fields.error(key, "user:password@ has no meaning here");
  return url;
}

void read_sign_in_rest(config::Fields& fields, SignIn& sign_in) {
  sign_in.token = fields.pointer("token", "/access_token", "where the answer holds the token");
  sign_in.expires = fields.pointer("expires", "/expires_in",
                                   "where it says for how many seconds, or until when, the token is good");
  sign_in.request.limits.body_bytes = largest_answer;
  config::Fields tls = fields.child("tls_config", "TLS, as in blackbox_exporter");
  sign_in.request.tls = read_tls(tls);
}

// What a refusal says of itself: the members in which servers put it.
std::string refusal_words(const net::HttpResponse& response) {
  boost::system::error_code error;
  const json::value body = json::parse(response.body, error);
  if (error || !body.is_object())
    return response.body.find('<') < 64 ? ", with a page of HTML" : std::string();
  std::string words;
  for (const std::string_view key :
       {"error", "error_code", "error_description", "detail", "message", "title"}) {
    const json::value* value = body.get_object().if_contains(key);
    if (value && value->is_string())
      words += (words.empty() ? ": " : ", ") + one_line(value->get_string(), 120);
  }
  return words;
}

std::string member_names(const json::object& object) {
  std::string keys;
  for (const auto& member : object) {
    if (keys.size() > 100) return keys + ", …";
    keys += (keys.empty() ? "" : ", ") + one_line(std::string_view(member.key()), 40);
  }
  return keys.empty() ? "nothing" : keys;
}

std::optional<Duration> lifetime_number(double value, Wall now) {
  if (!(value > 0)) return std::nullopt;
  if (value < 1e9) return seconds(static_cast<std::int64_t>(value));
  const double moment = value < 1e11 ? value : value / 1000;  // in seconds, or in milliseconds
  if (moment > last_moment) return std::nullopt;
  const Wall until(seconds(static_cast<std::int64_t>(moment)));
  return std::max<Duration>(until - now, Duration::zero());
}

std::optional<Duration> lifetime_member(const json::value& value, Wall now) {
  if (value.is_number()) return lifetime_number(value.to_number<double>(), now);
  if (!value.is_string()) return std::nullopt;
  const json::string& text = value.get_string();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return lifetime_number(number, now);
  const auto until = parse_time(text);
  return until ? std::optional(std::max<Duration>(*until - now, Duration::zero())) : std::nullopt;
}

// By the token's own clock where it tells both ends, so that a clock apart from ours does no harm.
std::optional<Duration> lifetime_in_token(const std::string& token, Wall now) {
  const auto jws = parse_jws(token);
  if (!jws) return std::nullopt;
  const json::object claims = json::parse(jws->claims).as_object();
  const auto moment = [&](std::string_view name) {
    const json::value* value = claims.if_contains(name);
    return value && value->is_number() ? value->to_number<double>() : 0;
  };
  const double until = moment("exp"), from = moment("iat");
  if (until < 1e9 || until > last_moment) return std::nullopt;
  return from > 1e9 && from < until ? lifetime_number(until - from, now) : lifetime_number(until, now);
}

}  // namespace

std::string form_text(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string text;
  for (const auto& [name, value] : fields)
    text += (text.empty() ? "" : "&") + form_encoded(name) + "=" + form_encoded(value);
  return text;
}

std::string basic_authorization(std::string_view user, std::string_view password) {
  std::string text = base64url(std::string(user) + ":" + std::string(password));
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return "Basic " + text;
}

std::string client_authorization(std::string_view client, std::string_view secret) {
  return basic_authorization(form_encoded(client), form_encoded(secret));
}

SignIn read_login(config::Fields& fields) {
  SignIn sign_in;
  net::HttpRequest& request = sign_in.request;
  request.url = read_sign_in_url(fields, "url", "where we sign in, http or https");
  request.method = fields.one_of("method", "POST", {"POST", "PUT", "GET"}, "of the request");
  const auto body =
      fields.json("json", "sent as JSON; what its keys call a password or a secret is kept secret");
  const auto form = fields.text_map("form", "sent as a form instead; the same");
  if (body && !form.empty()) fields.error("form", "json and form exclude each other");
  if (body) request.body = *body;
  if (!form.empty()) request.body = form_text(form);
  for (const auto& [name, value] : fields.secret_map("headers", "sent with the request; values are secret"))
    request.headers.emplace_back(name, value.reveal());
  if (!request.body.empty() && !net::find_header(request.headers, "content-type"))
    request.headers.emplace_back("Content-Type",
                                 body ? "application/json" : "application/x-www-form-urlencoded");
  request.headers.emplace_back("Accept", "application/json");
  read_sign_in_rest(fields, sign_in);
  return sign_in;
}

SignIn read_oauth(config::Fields& fields) {
  SignIn sign_in;
  net::HttpRequest& request = sign_in.request;
  request.method = "POST";
  request.url = read_sign_in_url(fields, "token_url", "the token endpoint, http or https");
  const std::string client = fields.required_text("client_id", "who we are");
  const std::string style = fields.one_of(
      "style", "basic", {"basic", "post", "private_key_jwt"},
      "how we prove it: by the secret in the Authorization header or in the form, or by a token "
      "signed with `key`");
  const bool by_key = style == "private_key_jwt";
  constexpr const char* secret_doc = "our secret, for basic and post";
  const Secret secret = by_key || fields.describes() ? fields.secret("client_secret", secret_doc)
                                                     : fields.required_secret("client_secret", secret_doc);
  if (by_key && !secret.empty()) fields.error("client_secret", "has no use with private_key_jwt");
  std::vector<std::pair<std::string, std::string>> form{{"grant_type", "client_credentials"}};
  const auto add = [&](const char* key, const char* doc) {
    if (std::string value = fields.text(key, "", doc); !value.empty())
      form.emplace_back(key, std::move(value));
  };
  add("scope", "asked for");
  add("audience", "asked for, where the server knows audiences");
  add("resource", "asked for (RFC 8707)");
  if (by_key || fields.describes()) {
    sign_in.assertion = read_client_assertion(fields, client, request.url.text());
  } else if (style == "post") {
    form.emplace_back("client_id", client);
    form.emplace_back("client_secret", secret.reveal());
  } else {
    request.headers.emplace_back("Authorization", client_authorization(client, secret.reveal()));
  }
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  request.headers.emplace_back("Accept", "application/json");
  request.body = form_text(form);
  read_sign_in_rest(fields, sign_in);
  return sign_in;
}

std::expected<net::HttpRequest, Failure> sign_in_request(const SignIn& sign_in, Wall now, Random& random) {
  net::HttpRequest request = sign_in.request;
  if (!sign_in.assertion) return request;
  const auto assertion = sign_in.assertion->sign(now, random);
  if (!assertion) return std::unexpected(Failure{Reason::auth, assertion.error()});
  request.body += "&" + form_text({{"client_id", sign_in.assertion->client},
                                   {"client_assertion_type", std::string(ClientAssertion::type)},
                                   {"client_assertion", *assertion}});
  return request;
}

std::expected<SignedIn, Failure> judge_sign_in(const SignIn& sign_in, const net::HttpResponse& response,
                                               Wall now) {
  const auto failed = [](Reason reason, std::string detail) {
    return std::unexpected(Failure{reason, std::move(detail)});
  };
  const std::string status = "answered " + std::to_string(response.status);
  if (response.status == 429) return failed(Reason::rate_limited, status + refusal_words(response));
  if (response.status == 400 || response.status == 401 || response.status == 403 || response.status == 422)
    return failed(Reason::auth, status + refusal_words(response));
  if (response.status / 100 == 3) {
    const std::string* to = net::find_header(response.headers, "location");
    const std::string place = to ? one_line(to->substr(0, to->find_first_of("?#")), 100) : "nowhere";
    return failed(Reason::status, status + ", a redirect to " + place);
  }
  if (response.status / 100 != 2) return failed(Reason::status, status + refusal_words(response));

  boost::system::error_code error;
  const json::value body = json::parse(response.body, error);
  if (error || !body.is_object()) {
    return failed(Reason::assertion,
                  status + " with " +
                      (response.body.empty()          ? "an empty body"
                       : response.body.find('<') < 64 ? "a page of HTML"
                                                      : "something that is no JSON object"));
  }
  const json::value* token = body.find_pointer(sign_in.token, error);
  if (!token || !token->is_string() || token->get_string().empty()) {
    return failed(Reason::assertion, status + " without a token at " + sign_in.token +
                                         refusal_words(response) + "; it holds " +
                                         member_names(body.get_object()));
  }
  const std::string text(token->get_string());
  if (text.size() > largest_token || std::ranges::any_of(text, [](char c) { return c <= ' ' || c > '~'; }))
    return failed(Reason::assertion, status + " with a token that no header could carry");
  const json::value* expires = sign_in.expires.empty() ? nullptr : body.find_pointer(sign_in.expires, error);
  auto lifetime = expires ? lifetime_member(*expires, now) : std::nullopt;
  if (!lifetime) lifetime = lifetime_in_token(text, now);
  return SignedIn{.token = Secret(text), .lifetime = lifetime};
}

}  // namespace answerback
