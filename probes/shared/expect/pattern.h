#pragma once
// A regular expression of the configuration: RE2, so that no peer can make it slow. Unanchored.

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace answerback::probes {

class Pattern {
 public:
  static std::expected<Pattern, std::string> parse(std::string_view text);  // or what is wrong with it
  bool found_in(std::string_view text) const;
  std::optional<std::string> group_in(
      std::string_view text) const;  // the first group, of one that has groups
  // `sent` with $1, ${1} and ${name} filled in from the first place it is found at, as Go's Regexp.Expand
  // does it: $$ is a dollar, a group there is none of is empty. Nothing where it is not found.
  std::optional<std::string> expanded_in(std::string_view text, std::string_view sent) const;
  int groups() const;
  const std::string& text() const;

 private:
  std::shared_ptr<const re2::RE2> regex_;
};

}  // namespace answerback::probes
