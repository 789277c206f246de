#pragma once
// The frames of an agent's run, in the four wire shapes seen in the field.

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace demo {

enum class Shape : unsigned {
  data,     // {"type": NAME, "data": {fields}}
  payload,  // {"type": NAME, "payload": {fields}}
  flat,     // {"type": NAME, fields}
  carrier,  // {"type": "agent_progress", "data": {"event": NAME, fields}}
};

std::optional<Shape> shape_named(std::string_view);
Shape shape_after(Shape);  // another one: the next in the list, round and round

std::string event_frame(Shape, std::string_view name, boost::json::object fields);
double timestamp();  // seconds since 1970, as frames carry it

}  // namespace demo
