#pragma once
// The body of a webhook: text with {{placeholders}}, taken apart once at load. Pure.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "notify/alert.h"

namespace answerback::notify {

// {{status}} (firing, resolved), {{id}}, {{fingerprint}}, {{alertname}}, {{service}}, {{probe}}, {{reason}},
// {{severity}}, {{summary}}, {{description}}, {{impact}}, {{blocks}}, {{value_blocked}}, {{runbook_url}},
// {{url}},
// {{starts_at}}, {{ends_at}} (empty while it fires), {{labels}} and {{annotations}} (JSON objects).
// Every text stands in the body as the inside of a JSON string: "{{summary}}" is one, whatever the summary
// holds.
class Template {
 public:
  Template() = default;  // empty

  // Says what is wrong: a placeholder nobody knows, one that does not end.
  static std::expected<Template, std::string> parse(std::string_view);

  std::string fill(const Notice&) const;
  bool empty() const { return parts_.empty(); }

 private:
  using Value = std::string (*)(const Notice&);
  std::vector<std::variant<std::string, Value>> parts_;
};

}  // namespace answerback::notify
