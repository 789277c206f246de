#include "http/message.h"

#include <algorithm>
#include <boost/url/parse.hpp>

namespace answerback::http {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool same_name(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

std::string_view Request::header(std::string_view name) const {
  const auto found =
      std::ranges::find_if(headers, [&](const auto& each) { return same_name(each.first, name); });
  return found == headers.end() ? std::string_view() : found->second;
}

bool Request::asks_for(std::string_view query_key) const {
  return std::ranges::any_of(query, [&](const auto& each) { return each.first == query_key; });
}

std::expected<std::pair<std::string, Pairs>, std::string> parse_target(std::string_view target) {
  const boost::urls::string_view text(target.data(), target.size());
  auto url = boost::urls::parse_origin_form(text);
  if (!url) {
    url = boost::urls::parse_uri(text);  // as proxies write it
    using boost::urls::scheme;
    if (!url || (url->scheme_id() != scheme::http && url->scheme_id() != scheme::https))
      return std::unexpected("the target is not a path");
  }
  std::pair<std::string, Pairs> out;
  out.first = url->path().empty() ? "/" : url->path();
  for (const auto each : url->params()) out.second.emplace_back(each.key, each.value);
  return out;
}

}  // namespace answerback::http
