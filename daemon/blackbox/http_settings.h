#pragma once
// The `http` section of a module.

#include <cstdint>
#include <string>
#include <vector>

#include "blackbox/body.h"
#include "blackbox/common.h"
#include "net/http.h"

namespace answerback::blackbox {

// Where a body is looked into and no body_size_limit is set: more is a failure. RE2 on our one loop is why.
constexpr std::uint64_t looked_into_at_most = 1024 * 1024;

struct HeaderRule {
  std::string header;
  probes::Pattern pattern;
  bool allow_missing = false;
};

struct HttpModule {
  net::HttpRequest request;                      // but for the url
  std::vector<std::int64_t> valid_status_codes;  // empty: 2xx
  std::vector<std::string> valid_http_versions;  // empty: any
  bool follow_redirects = true, fail_if_ssl = false, fail_if_not_ssl = false;
  std::vector<probes::Pattern> body_matches, body_not_matches;
  std::vector<HeaderRule> header_matches, header_not_matches;
  Coding coding = Coding::none;
  Body::Limits body;
  IpChoice ip;
};

// Adds what it reads from other files and must not be seen to `secrets`.
HttpModule read_http(config::Fields&, std::vector<Secret>& secrets);

}  // namespace answerback::blackbox
