#include "probes/auth/issuer.h"

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>

#include "model/text.h"
#include "probes/shared/expect/body.h"
#include "probes/shared/expect/expect.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

std::unexpected<Failure> issuer_fails(Reason reason, std::string detail) {
  return std::unexpected(Failure{reason, std::move(detail)});
}

std::expected<json::object, Failure> issuer_document(const net::HttpResponse& response) {
  if (auto failure = judge(Expect{}, response)) return std::unexpected(*std::move(failure));
  boost::system::error_code error;
  json::value document = json::parse(response.body, error);
  if (error || !document.is_object())
    return issuer_fails(Reason::assertion, "wanted a JSON object, got " + describe_body(response.body));
  return std::move(document.get_object());
}

std::string metadata_text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string key_label(const Jwk& key) {
  return key.kid.empty() ? "without a kid" : '"' + one_line(key.kid, 60) + '"';
}

std::string key_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (text.size() > 120) return text + ", …";
    text += (text.empty() ? "" : ", ") + one_line(name, 40);
  }
  return text;
}

}  // namespace

std::string openid_place(std::string_view issuer) {
  while (issuer.ends_with('/')) issuer.remove_suffix(1);
  return std::string(issuer) + "/.well-known/openid-configuration";
}

std::string oauth_place(const net::Url& issuer) {
  const std::string path = issuer.target == "/" ? "" : issuer.target;
  return issuer.scheme + "://" + issuer.authority() + "/.well-known/oauth-authorization-server" + path;
}

std::expected<net::Url, Failure> judge_metadata(std::string_view issuer, const net::HttpResponse& response) {
  const auto document = issuer_document(response);
  if (!document) return std::unexpected(document.error());
  const std::string told = metadata_text(*document, "issuer");
  if (told != issuer)
    return issuer_fails(Reason::assertion, "it calls itself \"" + one_line(told, 120) +
                                               "\", configured is \"" + one_line(issuer, 120) + "\"");
  const std::string keys = metadata_text(*document, "jwks_uri");
  if (keys.empty()) return issuer_fails(Reason::assertion, "it names no jwks_uri");
  auto url = net::parse_url(keys, {"http", "https"});
  if (!url)
    return issuer_fails(Reason::assertion, "its jwks_uri \"" + one_line(keys, 120) + "\" " + url.error());
  if (issuer.starts_with("https:") && !url->tls())
    return issuer_fails(Reason::assertion, "its keys come without TLS: " + one_line(url->place(), 120));
  return *std::move(url);
}

std::expected<IssuerKeys, Failure> judge_keys(const net::HttpResponse& response) {
  if (auto failure = judge(Expect{}, response)) return std::unexpected(*std::move(failure));
  auto parsed = parse_jwks(response.body);
  if (!parsed)
    return issuer_fails(Reason::assertion,
                        "the key set " + parsed.error() +
                            (looks_like_html(response.body) ? ": " + describe_body(response.body) : ""));
  IssuerKeys found{.keys = *std::move(parsed), .doubtful = {}};
  for (const Jwk& key : found.keys)
    if (key.exposed)
      return issuer_fails(Reason::assertion, "the key " + key_label(key) +
                                                 " is published with its private half: anyone can sign");
  if (std::ranges::none_of(found.keys, [](const Jwk& key) { return key.key != nullptr; })) {
    std::string why = found.keys.empty() ? "it is empty" : "";
    for (const Jwk& key : found.keys) {
      if (why.size() > 120) break;
      why += (why.empty() ? "" : "; ") + key_label(key) + ": " + key.unusable;
    }
    return issuer_fails(Reason::assertion, "no key of the set can verify a token: " + why);
  }
  const auto names = names_of(found.keys);
  if (const auto twice = std::ranges::adjacent_find(names); twice != names.end())
    found.doubtful = "two keys of the set share the kid \"" + one_line(*twice, 60) + '"';
  return found;
}

std::expected<void, Failure> verify_by(const std::vector<Jwk>& keys, const Jws& token) {
  const auto fails = [](std::string detail) {
    return issuer_fails(Reason::auth_split_brain, std::move(detail));
  };
  std::string why;
  bool named_key = false;
  for (const Jwk& key : keys) {
    if (!token.kid.empty() && key.kid != token.kid) continue;
    named_key = true;
    if (!fits(key, token.alg)) continue;
    const auto good = verify(token, key);
    if (good) return {};
    why = good.error();
  }
  const std::string kid = "\"" + one_line(token.kid, 60) + '"';
  if (!why.empty())
    return fails("the token does not verify by the issuer's keys" +
                 (token.kid.empty() ? std::string() : " (kid " + kid + ")") + ": " + why);
  if (!named_key) {
    std::string known = key_list(names_of(keys));
    return fails("the token is signed by the key " + kid + ", which the issuer does not publish; it has " +
                 (known.empty() ? "keys without names" : known));
  }
  return fails("the issuer has no key for " + one_line(token.alg, 20) +
               (token.kid.empty() ? std::string() : " under the kid " + kid));
}

std::string keys_evidence(const std::vector<Jwk>& keys) {
  std::string text;
  for (const Jwk& key : keys) {
    text += key_label(key) + " (" + one_line(key.kty + (key.crv.empty() ? "" : " ") + key.crv, 40) + ")";
    text += (key.unusable.empty() ? "" : ": " + key.unusable) + "\n";
  }
  return text;
}

std::vector<std::string> names_of(const std::vector<Jwk>& keys) {
  std::vector<std::string> names;
  for (const Jwk& key : keys)
    if (!key.kid.empty()) names.push_back(key.kid);
  std::ranges::sort(names);
  return names;
}

std::string rotation(const std::vector<std::string>& before, const std::vector<std::string>& now) {
  std::vector<std::string> added, gone;
  std::ranges::set_difference(now, before, std::back_inserter(added));
  std::ranges::set_difference(before, now, std::back_inserter(gone));
  std::string text = added.empty() ? "" : "new " + key_list(added);
  if (!gone.empty()) text += (text.empty() ? "" : ", ") + ("gone " + key_list(gone));
  return text;
}

}  // namespace answerback::probes
