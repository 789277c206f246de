#include "blackbox/http_client.h"

#include "config/files.h"

namespace answerback::blackbox {
namespace {

std::string trimmed(const std::string& text) {
  constexpr std::string_view white = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(white);
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(white) + 1 - begin);
}

std::string contents_of(config::Fields& fields, std::string_view key, const std::string& path,
                        std::vector<Secret>* secrets) {
  auto bytes = config::read_file(path);
  if (!bytes) {
    fields.error(key, bytes.error());
    return {};
  }
  if (!secrets) return *std::move(bytes);
  std::string text = trimmed(*bytes);
  secrets->emplace_back(text);
  return text;
}

// The value of an Authorization header, or nothing.
std::string read_authorization(config::Fields& fields, std::vector<Secret>& secrets) {
  std::string token = fields.secret("bearer_token", "").reveal();
  if (const auto other = read_contents(fields, "bearer_token_file", &secrets); !other.empty()) token = other;
  std::string type = "Bearer";
  if (fields.has("authorization")) {
    config::Fields authorization = fields.child("authorization", "");
    type = authorization.text("type", "Bearer", "");
    if (type == "Basic" || type == "basic") authorization.error("type", "is basic_auth's");
    lacks(authorization, {"credentials_ref"});
    token = authorization.secret("credentials", "").reveal();
    if (const auto other = read_contents(authorization, "credentials_file", &secrets); !other.empty())
      token = other;
  }
  return token.empty() ? "" : type + " " + token;
}

// "user:password", or nothing.
std::string read_basic(config::Fields& fields, std::vector<Secret>& secrets) {
  config::Fields basic = fields.child("basic_auth", "");
  lacks(basic, {"username_ref", "password_ref"});
  std::string user = basic.text("username", "", "");
  if (const auto other = read_contents(basic, "username_file", &secrets); !other.empty()) user = other;
  std::string password = basic.secret("password", "").reveal();
  if (const auto other = read_contents(basic, "password_file", &secrets); !other.empty()) password = other;
  return user.empty() && password.empty() ? "" : user + ":" + password;
}

}  // namespace

std::string read_contents(config::Fields& fields, std::string_view key, std::vector<Secret>* secrets) {
  const std::string path = fields.text(key, "", "");
  return path.empty() ? "" : contents_of(fields, key, path, secrets);
}

net::Headers read_headers(config::Fields& fields, std::string_view key, std::vector<Secret>& secrets) {
  net::Headers headers;
  for (auto& [name, each] : fields.named_children(key, "")) {
    for (const std::string_view kind : {"values", "secrets"})
      for (std::string& value : each.texts(kind, "")) {
        secrets.emplace_back(value);
        headers.emplace_back(name, std::move(value));
      }
    for (const std::string& path : each.texts("files", ""))
      headers.emplace_back(name, contents_of(each, "files", path, &secrets));
  }
  return headers;
}

HttpClient read_http_client(config::Fields& fields, std::vector<Secret>& secrets) {
  HttpClient client;
  if (auto header = read_authorization(fields, secrets); !header.empty())
    client.headers.emplace_back("Authorization", std::move(header));
  client.userinfo = read_basic(fields, secrets);
  if (!client.headers.empty() && !client.userinfo.empty())
    fields.error("basic_auth", "comes together with a bearer token");
  for (auto& header : read_headers(fields, "http_headers", secrets))
    client.headers.push_back(std::move(header));
  client.tls = read_tls_config(fields);
  (void)fields.flag("enable_http2", true, "");  // the server's choice, and it has HTTP/1.1 to choose
  lacks(fields, {"proxy_url", "no_proxy", "proxy_connect_header", "oauth2"});
  lacks_when_set(fields, {"proxy_from_environment"});
  return client;
}

}  // namespace answerback::blackbox
