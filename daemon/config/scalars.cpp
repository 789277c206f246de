#include "config/scalars.h"

#include <charconv>

#include "config/fields.h"
#include "config/fields_state.h"
#include "config/masking.h"
#include "config/render.h"

namespace answerback::config {
namespace {

std::string wrong(const Node& node, std::string_view what, std::string_view hint) {
  std::string message = "not " + std::string(what) + ": " + shown(node);
  return hint.empty() ? message : message + " (" + std::string(hint) + ")";
}

// Quotes make text of a value, but not of a lone variable: within { } it cannot stand without them.
bool is_typed(const Node& node) { return node.plain || node.alone; }

constexpr std::string_view quoted = "it is text: take the quotes away";

std::string_view number_hint(const Node& node) { return is_typed(node) ? ambiguity(node.text) : quoted; }

}  // namespace

Parsed<std::int64_t> read_integer(const Node& node, std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  const char* const end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument || !number_hint(node).empty())
    return std::unexpected(wrong(node, "an integer", number_hint(node)));
  if (error == std::errc::result_out_of_range || value < least || value > most)
    return std::unexpected("must be from " + std::to_string(least) + " to " + std::to_string(most) +
                           ", not " + shown(node));
  return value;
}

Parsed<double> read_number(const Node& node, double least, double most) {
  double value = 0;
  const char* const end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, value, std::chars_format::general);
  const bool decimal = node.text.find_first_not_of("0123456789.eE+-") == std::string::npos;  // no inf, no nan
  if (stop != end || error != std::errc() || !decimal || !number_hint(node).empty())
    return std::unexpected(wrong(node, "a number", number_hint(node)));
  if (value < least || value > most)
    return std::unexpected("must be from " + number_text(least) + " to " + number_text(most) + ", not " +
                           shown(node));
  return value;
}

Parsed<Duration> read_duration(const Node& node) {
  Parsed<Duration> value = parse_duration(node.text);
  if (!value) return std::unexpected(redact(value.error(), show_of(node) == Show::value ? "" : node.text));
  if (*value <= Duration::zero()) return std::unexpected("must be more than zero");
  return value;
}

Parsed<bool> read_flag(const Node& node) {
  if (is_typed(node) && node.text == "true") return true;
  if (is_typed(node) && node.text == "false") return false;
  return std::unexpected(wrong(node, "a boolean", is_typed(node) ? "write true or false" : quoted));
}

std::optional<std::string> read_base64(std::string_view text) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  std::size_t taken = 0, padding = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    const std::size_t value = letters.find(c);
    if (c == '=') {
      ++padding;
    } else if (value == std::string_view::npos || padding > 0) {
      return std::nullopt;
    }
    bits = (bits << 6U) | (c == '=' ? 0U : static_cast<std::uint32_t>(value));
    if (++taken % 4 != 0) continue;
    for (const unsigned shift : {16U, 8U, 0U}) bytes += static_cast<char>((bits >> shift) & 0xFFU);
  }
  if (taken % 4 != 0 || padding > 2) return std::nullopt;
  bytes.resize(bytes.size() - padding);
  return bytes;
}

}  // namespace answerback::config
