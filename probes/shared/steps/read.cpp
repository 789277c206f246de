#include "probes/shared/steps/read.h"

#include <boost/json.hpp>

#include "config/fields.h"
#include "model/text.h"

namespace answerback::probes {

namespace json = boost::json;

std::expected<std::string, std::string> step_text(const boost::json::value& value) {
  if (value.is_string()) return std::string(std::string_view(value.get_string()));
  if (value.is_int64()) return std::to_string(value.get_int64());
  return std::unexpected("wants a text");
}

std::expected<Template, std::string> step_message(const json::value& value, const StepScope& scope) {
  const json::object* object = value.if_object();
  if (!object) {
    auto text = step_text(value);
    if (!text) return std::unexpected("wants a text, or {json: value}");
    return Template::of_text(*text, scope);
  }
  Template made;
  for (const auto& [key, item] : *object) {
    if (key != "prefix" && key != "json" && key != "text")
      return std::unexpected("unknown key " + one_line(key, 40) + " (known: prefix, json, text)");
  }
  if (object->contains("json") == object->contains("text"))
    return std::unexpected("wants either json or text");
  for (const std::string_view key : {"prefix", "text", "json"}) {
    const json::value* part = object->if_contains(key);
    if (!part) continue;
    std::expected<Template, std::string> added;
    if (key == "json") {
      added = Template::of_json(*part, scope);
    } else if (auto text = step_text(*part)) {
      added = Template::of_text(*text, scope);
    } else {
      added = std::unexpected(std::string(key) + ": " + text.error());
    }
    if (!added) return added;
    made.append(*std::move(added));
  }
  return made;
}

std::expected<Duration, std::string> step_duration(const json::value& value) {
  auto text = step_text(value);
  if (!text) return std::unexpected("wants a duration, as 5s");
  auto read = config::parse_duration(*text);
  if (read && *read <= Duration{}) return std::unexpected("must be more than zero");
  return read;
}

}  // namespace answerback::probes
