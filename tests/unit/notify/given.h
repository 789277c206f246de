#pragma once
// Alerts and notices made by hand.

#include <string>
#include <utility>

#include "notify/alert.h"
#include "support/snapshot_builder.h"

namespace answerback::notify {

inline Alert some_alert(const std::string& probe = "db", Gravity gravity = Gravity::critical) {
  return {.probe = probe,
          .gravity = gravity,
          .labels = {{"alertname", "AnswerbackProbeDown"}, {"probe", probe}, {"severity", "critical"}},
          .annotations = {{"summary", probe + " is \"down\"\n"}, {"value_blocked", "60"}},
          .starts_at = test::noon,
          .url = "https://ab.example/health/" + probe};
}

inline Notice firing(Alert alert = some_alert(), std::string id = "f1") {
  return {.id = std::move(id), .alert = std::move(alert), .ended = std::nullopt};
}

inline Notice resolved(Alert alert = some_alert(), std::string id = "e1") {
  return {.id = std::move(id), .alert = std::move(alert), .ended = test::noon + std::chrono::minutes(5)};
}

}  // namespace answerback::notify
