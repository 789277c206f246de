#include "config/masking.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace answerback::config {
namespace {

constexpr std::size_t longest_quote = 60;
constexpr std::size_t shortest_secret = 4;

bool digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// The length of the userinfo at the front of `rest` (what follows "://"), 0 if there is none. A password may
// hold a raw '/': then what looks like a port is no number, and the userinfo goes on to the '@'.
std::size_t userinfo(std::string_view rest) {
  rest = rest.substr(0, rest.find_first_of(" \t\r\n\"'<>"));
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) return at;
  const auto colon = authority.rfind(':');
  if (colon == std::string_view::npos || authority.starts_with('[') || digits(authority.substr(colon + 1)))
    return 0;
  const auto at = rest.rfind('@');
  return at == std::string_view::npos ? 0 : at;
}

}  // namespace

std::string printable(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      out += c;
    } else {
      out += "\\x";
      out += hex[byte >> 4U];
      out += hex[byte & 15U];
    }
  }
  return out;
}

std::string quote(std::string_view text) {
  std::string shown = mask_userinfo(text);
  if (shown.size() > longest_quote) {
    std::size_t end = longest_quote;
    while (end > 0 && (static_cast<unsigned char>(shown[end]) & 0xC0U) == 0x80U) --end;
    shown.resize(end);
    shown += "…";
  }
  return '"' + printable(shown) + '"';
}

std::string mask_userinfo(std::string_view text) {
  constexpr std::string_view mark = "://";
  std::string out;
  for (auto at = text.find(mark); at != std::string_view::npos; at = text.find(mark)) {
    out += text.substr(0, at + mark.size());
    text.remove_prefix(at + mark.size());
    if (const std::size_t length = userinfo(text); length > 0) {
      out += secret_mark;
      text.remove_prefix(length);
    }
  }
  return out.append(text);
}

std::vector<std::string> passwords_in(std::string_view text) {
  std::vector<std::string> out;
  constexpr std::string_view mark = "://", key = "password=";
  for (auto rest = text; rest.contains(mark);) {
    rest.remove_prefix(rest.find(mark) + mark.size());
    const std::string_view user = rest.substr(0, userinfo(rest));
    if (const auto colon = user.find(':'); colon != user.npos) out.emplace_back(user.substr(colon + 1));
  }
  for (auto rest = text; rest.contains(key);) {
    rest.remove_prefix(rest.find(key) + key.size());
    const bool quoted = rest.starts_with('\'');
    if (quoted) rest.remove_prefix(1);
    out.emplace_back(rest.substr(0, rest.find_first_of(quoted ? "'" : " &\t\r\n")));
  }
  return out;
}

std::string redact(std::string message, std::string_view value) {
  if (value.size() < shortest_secret) return message;
  for (auto at = message.find(value); at != std::string::npos;
       at = message.find(value, at + secret_mark.size()))
    message.replace(at, value.size(), secret_mark);
  return message;
}

bool names_a_secret(std::string_view key) {
  static constexpr std::array<std::string_view, 10> endings = {
      "password", "passwd",  "secret",      "token",         "api_key",
      "apikey",   "api-key", "private_key", "authorization", "cookie"};
  std::string lower(key);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower.starts_with("send_")) return false;  // send_token: how it is sent, by a word of our own
  return std::ranges::any_of(endings, [&](std::string_view ending) { return lower.ends_with(ending); });
}

}  // namespace answerback::config
