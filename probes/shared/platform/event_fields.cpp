#include "probes/shared/platform/event_fields.h"

#include <algorithm>
#include <boost/json.hpp>

namespace answerback::probes {
namespace json = boost::json;
namespace {

// "run_id" as "runId".
std::string in_camel_case(std::string_view name) {
  std::string camel;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool joint = name[i] == '_' && i > 0 && i + 1 < name.size();
    camel += joint ? static_cast<char>(name[++i] - 'a' + 'A') : name[i];
  }
  return camel;
}

}  // namespace

bool contains_any(std::string_view text, Names parts) {
  return std::ranges::any_of(parts, [&](std::string_view part) { return text.contains(part); });
}

const json::object* inner(const json::object* object, std::string_view key) {
  const json::value* value = object ? object->if_contains(key) : nullptr;
  return value ? value->if_object() : nullptr;
}

std::string plain(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_null()) return {};
  return json::serialize(value);
}

EventFields::EventFields(const json::object& root, const json::object* envelope)
    : places_{&root,
              inner(&root, "payload"),
              inner(&root, "data"),
              inner(inner(&root, "data"), "payload"),
              inner(inner(&root, "data"), "metadata"),
              envelope} {}

const json::value* EventFields::find(Names names) const {
  for (const std::string_view name : names) {
    if (const json::value* value = find_one(name)) return value;
    if (!name.contains('_')) continue;
    if (const json::value* value = find_one(in_camel_case(name))) return value;
  }
  return nullptr;
}

std::string EventFields::text(Names names) const {
  const json::value* value = find(names);
  return value ? plain(*value) : std::string();
}

std::string EventFields::word(Names names) const {
  const json::value* value = find(names);
  return value && !value->is_structured() ? plain(*value) : std::string();
}

bool EventFields::is(std::string_view name, bool wanted) const {
  const json::value* value = find({name});
  return value && value->is_bool() && value->get_bool() == wanted;
}

std::string_view EventFields::at(std::string_view place, std::string_view key) const {
  const json::object* object = place.empty() ? places_[0] : inner(places_[0], place);
  const json::value* value = object ? object->if_contains(key) : nullptr;
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

const json::value* EventFields::find_one(std::string_view name) const {
  for (const json::object* place : places_) {
    const json::value* value = place ? place->if_contains(name) : nullptr;
    if (value && !value->is_null()) return value;
  }
  return nullptr;
}

}  // namespace answerback::probes
