#pragma once
// http_proxy, HTTPS_PROXY and NO_PROXY as curl reads them, once at the start. Lower case beats upper case;
// HTTP_PROXY in upper case is not read. A proxy is an http:// URL (or HOST:PORT); its port is 1080 where left
// out.
//
// NO_PROXY lists, by commas or spaces, names (the name and all below it, with or without a leading dot),
// addresses, networks (10.0.0.0/8), any of the first two with :PORT, or * for everything. Names are compared
// as written, never resolved.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/url.h"

namespace answerback::net {

class Proxies {
 public:
  using Environment = std::function<std::optional<std::string>(const std::string&)>;
  Proxies() = default;  // none
  explicit Proxies(const Environment&);

  // The proxy to use for this URL, or null. ws and wss count as http and https.
  const Url* for_url(const Url&) const;

  // Settings that were ignored, and why; for the log at the start.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  struct Exception {
    std::string host;        // no dot in front; "*": every host
    std::uint16_t port = 0;  // 0: every port
    static Exception parse(std::string);
    bool covers(const Url&) const;
  };
  std::optional<Url> read(const std::string& name, const std::optional<std::string>& value);

  std::optional<Url> http_, https_;
  std::vector<Exception> exceptions_;
  std::vector<std::string> warnings_;
};

}  // namespace answerback::net
