#include "access/web_settings.h"

#include <algorithm>
#include <array>

#include "access/bcrypt.h"
#include "access/tls_names.h"

namespace answerback::access {
namespace {

using config::Fields;

constexpr std::array<std::pair<std::string_view, ClientAuth>, 6> client_auths{{
    {"NoClientCert", ClientAuth::none},
    {"RequestClientCert", ClientAuth::request},
    {"RequireAnyClientCert", ClientAuth::require_any},
    {"RequireClientCert", ClientAuth::require_any},  // as exporter-toolkit still takes it
    {"VerifyClientCertIfGiven", ClientAuth::verify_if_given},
    {"RequireAndVerifyClientCert", ClientAuth::require_and_verify},
}};

std::vector<std::string> words(const auto& table) {
  std::vector<std::string> out;
  for (const auto& [word, meaning] : table) out.emplace_back(word);
  return out;
}

std::string beside_it(const std::filesystem::path& folder, std::string file) {
  return file.empty() ? file : (folder / file).lexically_normal().string();
}

// Each must be one of `table`; the nearest is named for what is not.
std::vector<std::string> names_of(Fields& fields, std::string_view key, const auto& table,
                                  std::string_view doc) {
  const std::vector<std::string> known = words(table);
  std::vector<std::string> asked = fields.texts(key, doc);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (std::ranges::find(known, asked[i]) != known.end()) continue;
    const std::string_view near = config::nearest(asked[i], known);
    fields.error(std::string(key) + "[" + std::to_string(i) + "]",
                 "not known" + (near.empty() ? "" : " (did you mean \"" + std::string(near) + "\"?)"));
  }
  return asked;
}

void one_of_two(Fields& fields, std::string_view file, std::string_view text, bool needed) {
  const bool has_file = fields.has(file), has_text = fields.has(text);
  if (has_file && has_text) fields.error(text, "stands beside " + std::string(file) + ": one of the two");
  if (needed && !has_file && !has_text)
    fields.error(file, "required, but not there (or " + std::string(text) + ")");
}

TlsServerSettings read_tls(Fields fields, const std::filesystem::path& beside) {
  TlsServerSettings out;
  const auto file = [&](std::string_view key, std::string_view doc) {
    return beside_it(beside, fields.text(key, "", doc));
  };
  out.cert_file = file("cert_file", "PEM, the server's own certificate first");
  out.cert = fields.text("cert", "", "the same, as text");
  out.key_file = file("key_file", "its key");
  out.key = fields.secret("key", "the same, as text");
  out.client_ca_file = file("client_ca_file", "who signs certificates of clients");
  out.client_ca = fields.text("client_ca", "", "the same, as text");
  one_of_two(fields, "cert_file", "cert", true);
  one_of_two(fields, "key_file", "key", true);
  one_of_two(fields, "client_ca_file", "client_ca", false);

  const std::string auth = fields.one_of("client_auth_type", "NoClientCert", words(client_auths),
                                         "whether clients must show a certificate");
  const auto found = std::ranges::find(client_auths, auth, &std::pair<std::string_view, ClientAuth>::first);
  if (found != client_auths.end()) out.client_auth = found->second;
  if (out.client_auth == ClientAuth::none && (fields.has("client_ca_file") || fields.has("client_ca")))
    fields.error("client_auth_type", "client CAs without a client_auth_type that asks for certificates");

  out.client_allowed_sans = fields.texts("client_allowed_sans", "names a client's certificate may bear");
  const bool demanded =
      out.client_auth == ClientAuth::require_any || out.client_auth == ClientAuth::require_and_verify;
  if (fields.has("client_allowed_sans") && !demanded) {
    fields.error("client_allowed_sans",
                 "needs client_auth_type RequireAnyClientCert or RequireAndVerifyClientCert");
  }
  const std::vector<std::string> versions = words(tls_versions);
  out.min_version = fields.one_of("min_version", "TLS12", versions, "the oldest TLS that is spoken");
  out.max_version = fields.one_of("max_version", "TLS13", versions, "the newest");
  if (out.min_version > out.max_version) fields.error("min_version", "newer than max_version");
  out.cipher_suites = names_of(fields, "cipher_suites", tls_suites, "of TLS 1.2 and before, the best first");
  out.curve_preferences = names_of(fields, "curve_preferences", tls_curves, "the best first");
  out.prefer_server_cipher_suites =
      fields.flag("prefer_server_cipher_suites", true, "choose by our order, not by the client's");
  return out;
}

bool is_field_value(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c != 0x7F; });
}

void read_http(Fields fields, WebSettings& out) {
  if (fields.flag("http2", true, "exporter-toolkit's; HTTP/1.1 is spoken here") && fields.has("http2"))
    out.notes.emplace_back("http2 is asked for and not spoken: HTTP/1.1 is");
  Fields headers = fields.child("headers", "added to every answer");
  struct Allowed {
    std::string_view name;
    std::vector<std::string> values;  // empty: any
  };
  const std::array<Allowed, 5> all{{{"Strict-Transport-Security", {}},
                                    {"X-Content-Type-Options", {"nosniff"}},
                                    {"X-Frame-Options", {"deny", "sameorigin"}},
                                    {"X-XSS-Protection", {}},
                                    {"Content-Security-Policy", {}}}};
  for (const Allowed& each : all) {
    constexpr std::string_view doc = "unset where blank";
    const std::string value = each.values.empty() ? headers.text(each.name, "", doc)
                                                  : headers.one_of(each.name, "", each.values, doc);
    if (!is_field_value(value)) headers.error(each.name, "one line of plain text is wanted");
    if (!value.empty()) out.headers.emplace_back(each.name, value);
  }
}

void read_users(Fields& root, WebSettings& out) {
  out.users = root.secret_map("basic_auth_users", "who may ask, each with a bcrypt hash");
  for (const auto& [name, hash] : out.users) {
    const std::string at = "basic_auth_users." + name;
    if (name.empty() || name.contains(':')) root.error(at, "a user's name is not empty and holds no colon");
    if (const auto why = bcrypt_flaw(hash.reveal()); !why.empty()) root.error(at, std::string(why));
  }
}

void read_rate(Fields fields, RateLimit& out) {
  const auto interval = [](std::string_view text) -> std::expected<Duration, std::string> {
    return text == "0" ? Duration::zero() : config::parse_duration(text);
  };
  out.interval = fields.parsed<Duration>("interval", "0s", "between two requests; 0: no limit", interval);
  if (out.interval < Duration::zero()) fields.error("interval", "less than zero");
  out.burst = fields.integer("burst", 0, 0, 1'000'000, "requests that may come at once");
  if (out.interval > Duration::zero() && out.burst == 0)
    fields.error("burst", "at least 1 is needed with an interval, or nothing would be answered");
}

}  // namespace

WebSettings read_web_settings(Fields root, const std::filesystem::path& beside) {
  WebSettings out;
  if (root.has("tls_server_config"))
    out.tls = read_tls(root.child("tls_server_config", "TLS on the port"), beside);
  read_http(root.child("http_server_config", "what is added to answers"), out);
  read_users(root, out);
  read_rate(root.child("rate_limit", "how many requests are answered"), out.rate_limit);
  return out;
}

}  // namespace answerback::access
