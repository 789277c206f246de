#include "probes/shared/steps/message.h"

#include <algorithm>
#include <boost/json.hpp>

#include "model/text.h"

namespace answerback::probes {

namespace json = boost::json;

const json::value* Incoming::json(std::string_view part) {
  const auto same = [&](const Parsed& one) {
    return one.part.data() == part.data() && one.part.size() == part.size();
  };
  auto found = std::ranges::find_if(parsed_, same);
  if (found == parsed_.end()) {
    boost::system::error_code error;
    json::value value = json::parse(part, error, {}, {.max_depth = 32});
    parsed_.push_back({part, error ? std::nullopt : std::optional(std::move(value))});
    found = std::prev(parsed_.end());
  }
  return found->value ? &*found->value : nullptr;
}

std::string_view Incoming::keep(std::string part) {
  const auto found = std::ranges::find(kept_, part);
  return found != kept_.end() ? *found : kept_.emplace_back(std::move(part));
}

std::expected<Where, std::string> Where::parse(std::string_view text) {
  static const auto pointer = Pattern::parse("(?s)^(/([^/~]|~[01])*)+$");
  Where where;
  where.text_ = text;
  if (pointer->found_in(text)) return where;
  if (text.starts_with('/')) return std::unexpected("no JSON pointer: " + one_line(text, 60));
  auto pattern = Pattern::parse(text);
  if (!pattern) return std::unexpected(pattern.error());
  if (pattern->groups() != 1)
    return std::unexpected(one_line(text, 60) +
                           " is neither a JSON pointer (/data/id) nor a regular expression with one group");
  where.pattern_ = *std::move(pattern);
  return where;
}

std::optional<StepValue> Where::find(Incoming& message, std::string_view part) const {
  if (pattern_) {
    auto group = pattern_->group_in(part);
    return group ? std::optional(StepValue{*std::move(group), false}) : std::nullopt;
  }
  const json::value* document = message.json(part);
  boost::system::error_code nowhere;
  const json::value* value = document ? document->find_pointer(text_, nowhere) : nullptr;
  if (!value || value->is_null()) return std::nullopt;
  if (value->is_string()) return StepValue{std::string(std::string_view(value->get_string())), false};
  return StepValue{json::serialize(*value), true};
}

}  // namespace answerback::probes
