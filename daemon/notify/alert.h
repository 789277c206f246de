#pragma once
// What others are told: one alert for each root cause, in the shape Alertmanager gave to the world.
// https://prometheus.io/docs/alerting/latest/clients/

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "model/time.h"

namespace answerback::notify {

// How bad it is, least first. `critical`: down, and the probe is critical or value is blocked.
enum class Gravity : std::uint8_t { degraded, down, critical };

struct Alert {
  std::string probe;  // the root cause
  Gravity gravity = Gravity::degraded;
  std::map<std::string, std::string> labels;       // who it is: two alerts of the same labels are one
  std::map<std::string, std::string> annotations;  // what is known of it now
  Wall starts_at{};
  std::string url;  // where to read more; empty: we do not know how others reach us
};

// A piece of news: that an alert fires, or that it is over.
struct Notice {
  std::string id;  // 16 hex digits, drawn once: a target that has seen it may ignore it
  Alert alert;
  std::optional<Wall> ended;  // empty: it fires

  bool fires() const { return !ended; }
};

}  // namespace answerback::notify
