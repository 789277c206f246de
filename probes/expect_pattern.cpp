#include "probes/expect_pattern.h"

#include <re2/re2.h>

namespace answerback::probes {
namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

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

int Pattern::groups() const { return regex_->NumberOfCapturingGroups(); }

const std::string& Pattern::text() const { return regex_->pattern(); }

}  // namespace answerback::probes
