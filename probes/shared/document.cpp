#include "probes/shared/document.h"

#include <algorithm>
#include <vector>

namespace answerback::probes {
namespace {

constexpr std::size_t deepest = 64;

const json::value* document_member(const json::object* object, std::string_view key) {
  const json::value* value = object ? object->if_contains(key) : nullptr;
  return value && !value->is_null() ? value : nullptr;
}

std::uint64_t fnv1a(std::string_view bytes, std::uint64_t hash = 0xcbf29ce484222325) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::uint64_t mixed(std::uint64_t hash, std::uint64_t with) {
  return fnv1a({reinterpret_cast<const char*>(&with), sizeof with}, hash);
}

}  // namespace

std::optional<json::object> object_in(std::string_view text) {
  json::parse_options options;
  options.max_depth = deepest;
  boost::system::error_code error;
  json::value document = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error || !document.is_object()) return std::nullopt;
  return std::move(document.get_object());
}

const json::object* object_at(const json::object* object, std::string_view key) {
  const json::value* value = document_member(object, key);
  return value ? value->if_object() : nullptr;
}

const json::array* array_at(const json::object* object, std::string_view key) {
  const json::value* value = document_member(object, key);
  return value ? value->if_array() : nullptr;
}

std::string text_at(const json::object* object, std::string_view key) {
  const json::value* value = document_member(object, key);
  if (!value || value->is_structured() || value->is_bool()) return {};
  return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

std::uint64_t digest_of(const json::value& value) {
  if (const json::array* array = value.if_array()) {
    std::uint64_t hash = fnv1a("[");
    for (const json::value& each : *array) hash = mixed(hash, digest_of(each));
    return hash;
  }
  const json::object* object = value.if_object();
  if (!object) return fnv1a(json::serialize(value));
  std::vector<std::uint64_t> members;
  for (const auto& [key, member] : *object)
    members.push_back(mixed(fnv1a(std::string_view(key)), digest_of(member)));
  std::ranges::sort(members);
  std::uint64_t hash = fnv1a("{");
  for (const std::uint64_t member : members) hash = mixed(hash, member);
  return hash;
}

}  // namespace answerback::probes
