#pragma once
// Who is told, as configured:
//
//   alerts:
//     external_url: https://answerback.example
//     alertmanagers:
//       - {url: "http://alertmanager:9093"}
//     webhooks:
//       - {name: chat, url: "${CHAT_HOOK}", body: '{"text": "{{status}}: {{summary}}"}'}

#include <string>
#include <vector>

#include "config/fields.h"
#include "net/http.h"
#include "notify/template.h"

namespace answerback::notify {

struct Target {
  enum class Kind : std::uint8_t { alertmanager, webhook };
  Kind kind = Kind::webhook;
  std::string name;                     // unique; label of the metrics
  net::HttpRequest request;             // all but the body
  Duration timeout{};                   // of one attempt
  bool firing = true, resolved = true;  // of a webhook: which notices it gets
  Template body;                        // of a webhook; empty: webhook_body()
};

struct Settings {
  std::vector<Target> targets;
  Duration resend{};         // an Alertmanager hears of what fires at least so often
  std::string external_url;  // how others reach us, without a slash at the end
  std::string state_dir;     // empty: what is not delivered is lost with a restart
};

// Reads the mapping under `alerts`; what is wrong, unknown keys included, goes to the fields.
Settings read_settings(config::Fields alerts, std::string state_dir);

}  // namespace answerback::notify
