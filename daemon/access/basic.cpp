#include "access/basic.h"

#include <openssl/evp.h>

#include <algorithm>

namespace answerback::access {
namespace {

constexpr std::size_t longest_basic = 4096;  // in base64

bool is_scheme(std::string_view text) {
  return std::ranges::equal(text, std::string_view("basic"), [](char a, char b) { return (a | 0x20) == b; });
}

}  // namespace

std::optional<std::pair<std::string, std::string>> parse_basic(std::string_view authorization) {
  const auto space = authorization.find(' ');
  if (space == std::string_view::npos || !is_scheme(authorization.substr(0, space))) return std::nullopt;
  std::string_view coded = authorization.substr(space);
  coded.remove_prefix(std::min(coded.size(), coded.find_first_not_of(' ')));
  if (coded.empty() || coded.size() > longest_basic || coded.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = coded.ends_with("==") ? 2 : coded.ends_with('=') ? 1 : 0;
  if (coded.find_first_of("= \t\r\n") < coded.size() - padding)
    return std::nullopt;  // OpenSSL would skip them

  std::string text(coded.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(coded.data()), static_cast<int>(coded.size()));
  if (size < 0) return std::nullopt;
  text.resize(static_cast<std::size_t>(size) - padding);
  const auto colon = text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  return std::pair(text.substr(0, colon), text.substr(colon + 1));
}

}  // namespace answerback::access
