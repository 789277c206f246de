#include "probes/shared/expect/pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

namespace answerback::probes {
namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

bool names_a_group(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The name behind a dollar, in braces or as long as it goes on, taken off the text; empty where there is
// none.
std::string_view placeholder(std::string_view& text) {
  const bool braced = text.starts_with('{');
  const std::string_view rest = text.substr(braced ? 1 : 0);
  const auto end = static_cast<std::size_t>(std::ranges::find_if_not(rest, names_a_group) - rest.begin());
  if (braced && !rest.substr(end).starts_with('}')) return {};
  text.remove_prefix(end + (braced ? 2 : 0));
  return rest.substr(0, end);
}

// Its number, or one that no expression has.
std::size_t group_named(const re2::RE2& regex, std::string_view name) {
  std::size_t number = SIZE_MAX;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error == std::errc() && end == name.data() + name.size()) return number;
  const auto& named = regex.NamedCapturingGroups();
  const auto found = named.find(std::string(name));
  return found == named.end() ? SIZE_MAX : static_cast<std::size_t>(found->second);
}

}  // namespace

std::expected<Pattern, std::string> Pattern::parse(std::string_view text) {
  auto regex = std::make_shared<const re2::RE2>(piece(text), re2::RE2::Quiet);
  if (!regex->ok()) return std::unexpected("no regular expression (RE2 syntax): " + regex->error());
  Pattern pattern;
  pattern.regex_ = std::move(regex);
  return pattern;
}

bool Pattern::found_in(std::string_view text) const { return re2::RE2::PartialMatch(piece(text), *regex_); }

std::optional<std::string> Pattern::group_in(std::string_view text) const {
  std::string group;
  if (!re2::RE2::PartialMatch(piece(text), *regex_, &group)) return std::nullopt;
  return group;
}

std::optional<std::string> Pattern::expanded_in(std::string_view text, std::string_view sent) const {
  std::vector<re2::StringPiece> found(static_cast<std::size_t>(groups()) + 1);
  if (!regex_->Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, found.data(),
                     static_cast<int>(found.size())))
    return std::nullopt;
  std::string out;
  while (!sent.empty()) {
    const std::size_t dollar = sent.find('$');
    out.append(sent.substr(0, dollar));
    if (dollar == std::string_view::npos) break;
    sent.remove_prefix(dollar + 1);
    if (sent.starts_with('$')) {
      out += '$';
      sent.remove_prefix(1);
    } else if (const std::string_view name = placeholder(sent); name.empty()) {
      out += '$';
    } else {
      const std::size_t group = group_named(*regex_, name);
      if (group < found.size()) out.append(found[group].data(), found[group].size());
    }
  }
  return out;
}

int Pattern::groups() const { return regex_->NumberOfCapturingGroups(); }

const std::string& Pattern::text() const { return regex_->pattern(); }

}  // namespace answerback::probes
