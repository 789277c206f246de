#include "config/render.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "config/masking.h"

namespace answerback::config {
namespace {

constexpr std::array<std::string_view, 8> loose_booleans = {"yes", "no", "on",   "off",
                                                            "y",   "n",  "true", "false"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool digit(char c) { return c >= '0' && c <= '9'; }

// A number as JSON writes it: -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
bool json_number(std::string_view text) {
  const auto digits = [&] {
    std::size_t n = 0;
    while (n < text.size() && digit(text[n])) ++n;
    text.remove_prefix(n);
    return n;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.starts_with('0')) {
    text.remove_prefix(1);
  } else if (digits() == 0) {
    return false;
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return text.empty();
}

std::string scalar(const Node& node) {
  if (node.kind == Node::Kind::null) return "null";
  if (node.plain && (node.text == "true" || node.text == "false" || json_number(node.text))) return node.text;
  return json_text(node.text);
}

}  // namespace

std::string_view ambiguity(std::string_view text) {
  const std::string word = lower(text);
  if (text != "true" && text != "false" && std::ranges::find(loose_booleans, word) != loose_booleans.end())
    return "write true or false";
  std::string_view digits = word;
  if (digits.starts_with('-') || digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.size() < 2 || digits[0] != '0') return {};
  const bool octal = std::ranges::all_of(digits, digit);
  if (octal || digits[1] == 'x' || digits[1] == 'o' || digits[1] == 'b')
    return "numbers are decimal, without a leading 0";
  return {};
}

std::string json_text(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += hex[byte >> 4U];
      out += hex[byte & 15U];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string yaml_text(std::string_view text) {
  constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
  std::string escaped = mask_userinfo(text);
  for (auto at = escaped.find("${"); at != std::string::npos; at = escaped.find("${", at + 3))
    escaped.insert(at, "$");
  const std::string word = lower(text);
  const bool plain =
      !escaped.empty() &&
      (std::isalpha(static_cast<unsigned char>(escaped[0])) != 0 || escaped[0] == '/' || escaped[0] == '_') &&
      escaped.find_first_not_of(safe) == std::string::npos && word != "null" &&
      std::ranges::find(loose_booleans, word) == loose_booleans.end();
  return plain ? escaped : json_text(escaped);
}

std::expected<std::string, NotJson> to_json(const Node& node, const std::string& path) {
  if (node.kind == Node::Kind::null || node.kind == Node::Kind::text) {
    if (const auto hint = ambiguity(node.text); node.plain && !hint.empty())
      return std::unexpected(
          NotJson{&node, path,
                  "could be read in more than one way (" + std::string(hint) + ", or put it in quotes)"});
    return scalar(node);
  }
  const bool map = node.kind == Node::Kind::map;
  std::string out = map ? "{" : "[";
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& item = node.items[i];
    if (i > 0) out += ',';
    if (map) out += json_text(item.key) + ':';
    auto value = to_json(item, map ? path + "." + item.key : path + "[" + std::to_string(i) + "]");
    if (!value) return value;
    out += *value;
  }
  return out + (map ? '}' : ']');
}

std::string to_masked_json(const Node& node) {
  if (node.kind == Node::Kind::text) {
    if (node.filled || names_a_secret(node.key)) return json_text(secret_mark);
    const std::string value = scalar(node);
    return value.starts_with('"') ? json_text(mask_userinfo(node.text)) : value;
  }
  if (node.kind == Node::Kind::null) return "null";
  if (names_a_secret(node.key)) return json_text(secret_mark);
  const bool map = node.kind == Node::Kind::map;
  std::string out = map ? "{" : "[";
  for (const Node& item : node.items) {
    if (out.size() > 1) out += ", ";
    if (map) out += json_text(item.key) + ": ";
    out += to_masked_json(item);
  }
  return out + (map ? '}' : ']');
}

std::string number_text(double value) {
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

}  // namespace answerback::config
