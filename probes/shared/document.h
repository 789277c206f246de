#pragma once
// JSON documents of others, read as their writers may have meant them: a null is an absence, and so is a
// member of another type. Pure.

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace answerback::probes {

namespace json = boost::json;

// The object, or nullopt where the text is none: then it says nothing, and changes nothing.
std::optional<json::object> object_in(std::string_view text);

// Members, absent where they are null or of another type. A null object has none.
const json::object* object_at(const json::object*, std::string_view key);
const json::array* array_at(const json::object*, std::string_view key);
std::string text_at(const json::object*, std::string_view key);  // a string; a number as it is written

// The same for the same document, however its members are ordered. No protection against who wants a clash.
std::uint64_t digest_of(const json::value&);

}  // namespace answerback::probes
