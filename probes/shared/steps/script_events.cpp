// Which messages are which events.
#include <algorithm>
#include <boost/json.hpp>

#include "probes/shared/steps/read.h"
#include "probes/shared/steps/script.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

// The parameters of a preset may say where; what only a run knows may not.
std::expected<Where, std::string> where(const json::value& value, const StepScope& scope) {
  const auto text = step_text(value);
  if (!text) return std::unexpected(text.error());
  if (scope.constants.empty()) return Where::parse(*text);
  const auto filled = Template::of_text(*text, {.constants = scope.constants});
  if (!filled) return std::unexpected(filled.error());
  return Where::parse(filled->fill([](std::string_view) { return StepValue{}; }));
}

}  // namespace

std::vector<std::string> Script::stages() const {
  std::vector<std::string> names;
  for (const EventRule& rule : events) {
    if (rule.event_at) return {};
    if (!rule.event.empty() && !rule.error && !holds(names, rule.event)) names.push_back(rule.event);
  }
  return names;
}

std::expected<void, Complaint> add_event(Script& script, const json::object& object) {
  EventRule rule{.when = {}};
  for (const auto& [key, value] : object) {
    if (key == "when") {
      auto when = Matcher::read(value, script.scope);
      if (!when) return std::unexpected(Complaint{std::string(key), when.error()});
      rule.when = *std::move(when);
      continue;
    }
    if (key == "event") {
      auto text = step_text(value);
      if (!text) return std::unexpected(Complaint{std::string(key), text.error()});
      if (!text->starts_with('/')) {
        rule.event = *std::move(text);
        continue;
      }
    }
    const std::pair<std::string_view, std::optional<Where>*> places[] = {
        {"event", &rule.event_at}, {"answer", &rule.answer}, {"piece", &rule.piece}, {"tool", &rule.tool},
        {"run", &rule.run},        {"thread", &rule.thread}, {"error", &rule.error},
    };
    const auto place =
        std::ranges::find(places, std::string_view(key), [](const auto& one) { return one.first; });
    if (place == std::end(places)) return std::unexpected(Complaint{std::string(key), "unknown key"});
    auto read = where(value, script.scope);
    if (!read) return std::unexpected(Complaint{std::string(key), read.error()});
    *place->second = *std::move(read);
  }
  script.events.push_back(std::move(rule));
  return {};
}

}  // namespace answerback::probes
