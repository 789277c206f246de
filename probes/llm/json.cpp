#include "probes/llm/json.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "probes/shared/expect/body.h"

namespace answerback::probes {

namespace json = boost::json;

std::optional<json::value> parse_json(std::string_view document) {
  boost::system::error_code error;
  json::value value = json::parse(document, error, {}, {.max_depth = 32});
  return error ? std::nullopt : std::optional(std::move(value));
}

Failure not_json(std::string_view what, std::string_view document) {
  return {Reason::protocol, std::string(what) + " is not JSON: " + describe_body(document)};
}

const json::value* member(const json::value* value, std::string_view name) {
  const json::object* object = value ? value->if_object() : nullptr;
  return object ? object->if_contains(name) : nullptr;
}

const json::value* member(const json::value& value, std::initializer_list<std::string_view> path) {
  const json::value* found = &value;
  for (const std::string_view name : path) found = member(found, name);
  return found;
}

const json::value* first_of(const json::value* value) {
  const json::array* array = value ? value->if_array() : nullptr;
  return array && !array->empty() ? &array->front() : nullptr;
}

std::string text(const json::value* value) {
  const json::string* string = value ? value->if_string() : nullptr;
  return string ? std::string(string->begin(), string->end()) : std::string();
}

std::string text_or_number(const json::value* value) {
  return value && (value->is_int64() || value->is_uint64()) ? json::serialize(*value) : text(value);
}

bool is_true(const json::value* value) { return value && value->is_bool() && value->get_bool(); }

std::optional<std::uint64_t> count(const json::value* value) {
  constexpr std::uint64_t most = 1'000'000'000;
  if (!value || !value->is_number()) return std::nullopt;
  boost::system::error_code error;
  const auto number = value->to_number<std::uint64_t>(error);
  return error || number > most ? std::nullopt : std::optional(number);
}

}  // namespace answerback::probes
