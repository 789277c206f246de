#include "http/json_text.h"

#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <iterator>

namespace answerback::http {
namespace {

namespace json = boost::json;

void append(std::string& out, double number) {
  if (!std::isfinite(number)) {  // JSON has none
    out += "null";
    return;
  }
  char text[400];  // the longest double in plain decimals has 309 digits before the point
  const auto end = std::to_chars(std::begin(text), std::end(text), number, std::chars_format::fixed);
  out.append(text, end.ptr);
}

void append(std::string& out, const json::value& value) {
  if (value.is_double()) return append(out, value.get_double());
  if (const auto* object = value.if_object()) {
    char before = '{';
    for (const auto& [key, member] : *object) {
      out += before;
      out += json::serialize(key);
      out += ':';
      append(out, member);
      before = ',';
    }
    out += object->empty() ? "{}" : "}";
  } else if (const auto* array = value.if_array()) {
    char before = '[';
    for (const json::value& element : *array) {
      out += before;
      append(out, element);
      before = ',';
    }
    out += array->empty() ? "[]" : "]";
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string print(const json::value& value) {
  std::string out;
  append(out, value);
  return out;
}

}  // namespace answerback::http
