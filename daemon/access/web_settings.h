#pragma once
// What a web config file asks for: the format of Prometheus' exporter-toolkit (docs/web-configuration.md
// there), read by its names. Constant after load.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/fields.h"
#include "config/secret.h"
#include "model/time.h"

namespace answerback::access {

// Go's crypto/tls.ClientAuthType, in its order.
enum class ClientAuth : std::uint8_t { none, request, require_any, verify_if_given, require_and_verify };

struct TlsServerSettings {
  std::string cert_file = {}, cert = {};  // PEM, one of the two; leaf first
  std::string key_file = {};
  Secret key = {};
  std::string client_ca_file = {},
              client_ca = {};  // neither: the system's CAs, where certificates are verified
  ClientAuth client_auth = ClientAuth::none;
  std::vector<std::string> client_allowed_sans = {};  // empty: any
  std::string min_version = "TLS12", max_version = "TLS13";
  std::vector<std::string> cipher_suites =
      {};  // Go's names; empty: ECDHE with AEAD. Those of TLS 1.3 are fixed
  std::vector<std::string> curve_preferences = {};
  bool prefer_server_cipher_suites = true;
};

struct RateLimit {
  Duration interval{};  // between two requests; zero: no limit
  std::int64_t burst = 0;
};

struct WebSettings {
  std::optional<TlsServerSettings> tls = {};                      // nothing: plain HTTP
  std::vector<std::pair<std::string, std::string>> headers = {};  // added to every answer
  std::vector<std::pair<std::string, Secret>> users = {};         // with bcrypt hashes; none: no password
  RateLimit rate_limit = {};
  std::vector<std::string> notes = {};  // what was asked for and is not done, as sentences
};

// Reads all keys; what is wrong is reported at its place. Relative paths are `beside` the file they stand in.
WebSettings read_web_settings(config::Fields, const std::filesystem::path& beside);

}  // namespace answerback::access
