#include "platform/events.h"

#include <array>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <utility>

namespace demo {
namespace {

constexpr std::array<std::string_view, 4> names = {"data", "payload", "flat", "carrier"};

}  // namespace

namespace json = boost::json;

std::optional<Shape> shape_named(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<Shape>(i);
  return std::nullopt;
}

Shape shape_after(Shape shape) { return static_cast<Shape>((std::to_underlying(shape) + 1u) % names.size()); }

std::string event_frame(Shape shape, std::string_view name, json::object fields) {
  json::object frame;
  if (shape == Shape::flat) {
    frame = std::move(fields);
    frame["type"] = name;
  } else if (shape == Shape::carrier) {
    fields["event"] = name;
    frame = {{"type", "agent_progress"}, {"data", std::move(fields)}};
  } else {
    frame["type"] = name;
    frame[names[std::to_underlying(shape)]] = std::move(fields);
  }
  return json::serialize(frame);
}

double timestamp() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace demo
