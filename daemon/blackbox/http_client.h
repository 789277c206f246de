#pragma once
// The keys of Prometheus' HTTP clients (prometheus/common, HTTPClientConfig): who we are to a server, and
// TLS. What it has beyond that (proxies, oauth2) is named as lacking.

#include <string>
#include <vector>

#include "blackbox/common.h"
#include "net/http.h"

namespace answerback::blackbox {

struct HttpClient {
  net::Headers headers;
  std::string userinfo;  // "user:password" of basic_auth; empty: none
  net::TlsSettings tls;
};

// All of these add what must not be seen to `secrets`, where Fields does not know it.
HttpClient read_http_client(config::Fields&, std::vector<Secret>& secrets);

// "NAME: {values: […], secrets: […], files: […]}": a header for each.
net::Headers read_headers(config::Fields&, std::string_view key, std::vector<Secret>& secrets);

// Of the file a key names, the path from where we run, as there. Trimmed where it is secret.
std::string read_contents(config::Fields&, std::string_view key, std::vector<Secret>* secrets);

}  // namespace answerback::blackbox
