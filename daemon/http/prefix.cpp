#include "http/prefix.h"

#include <boost/url/parse.hpp>

namespace answerback::http {

std::expected<std::string, std::string> route_prefix(std::string_view external_url, std::string_view route) {
  std::string prefix(route);
  if (!external_url.empty()) {
    const auto url = boost::urls::parse_uri({external_url.data(), external_url.size()});
    if (!url || !url->scheme().starts_with("http") || url->host().empty())
      return std::unexpected("--web.external-url: not a URL of the form https://host/path: " +
                             std::string(external_url));
    if (route.empty()) prefix = url->path();
  }
  while (prefix.ends_with('/')) prefix.pop_back();
  if (!prefix.empty() && !prefix.starts_with('/'))
    return std::unexpected("--web.route-prefix: does not begin with a slash: " + prefix);
  return prefix;
}

void take_off(std::string_view prefix, Request& request) {
  if (prefix.empty()) return;
  const std::string_view path = request.path;
  const bool beneath =
      path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
  request.astray =
      !beneath || path.size() == prefix.size();  // its bare name wants its slash, for links to work
  if (!request.astray) request.path.erase(0, prefix.size());
}

}  // namespace answerback::http
