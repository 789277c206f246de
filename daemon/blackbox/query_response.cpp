#include "blackbox/query_response.h"

#include <algorithm>

namespace answerback::blackbox {
namespace {

// What the text format of Prometheus allows, without the names it keeps for itself.
bool is_label_name(std::string_view name) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  return !name.empty() && (name[0] < '0' || name[0] > '9') && !name.starts_with("__") &&
         name.find_first_not_of(letters) == std::string_view::npos;
}

void read_expect_labels(config::Fields& fields, QueryResponse& step) {
  for (config::Fields& each : fields.children("labels", "")) {
    std::string name = each.required_text("name", "");
    std::string value = each.text("value", "", "");
    const auto same = [&](const auto& label) { return label.first == name; };
    if (!is_label_name(name)) {
      each.error("name", "is no name of a label");
    } else if (std::ranges::any_of(step.labels, same)) {
      each.error("name", "is there already");
    } else {
      step.labels.emplace_back(std::move(name), std::move(value));
    }
  }
}

void read_expect(config::Fields& fields, QueryResponse& step) {
  step.expect = fields.parsed<std::optional<probes::Pattern>>(
      "expect", "", "",
      [](std::string_view text) -> std::expected<std::optional<probes::Pattern>, std::string> {
        auto pattern = probes::Pattern::parse(text);
        if (!pattern) return std::unexpected(pattern.error());
        return *std::move(pattern);
      });
}

void read_send(config::Fields& fields, QueryResponse& step) {
  if (auto bytes = fields.bytes("send", "")) {
    step.raw = true;
    step.send = *std::move(bytes);
  } else {
    step.send = fields.text("send", "", "");
  }
}

}  // namespace

std::vector<QueryResponse> read_query_response(config::Fields& fields) {
  std::vector<QueryResponse> steps;
  for (config::Fields& each : fields.children("query_response", "")) {
    QueryResponse step;
    read_expect(each, step);
    const auto bytes = each.bytes("expect_bytes", "");
    step.expect_bytes = bytes ? *bytes : each.text("expect_bytes", "", "");
    if (step.expect && !step.expect_bytes.empty()) each.error("expect_bytes", "comes together with expect");
    read_expect_labels(each, step);
    read_send(each, step);
    step.starttls = each.flag("starttls", false, "");
    steps.push_back(std::move(step));
  }
  return steps;
}

std::vector<QueryResponse> read_messages(config::Fields& fields) {
  std::vector<QueryResponse> steps;
  for (config::Fields& each : fields.children("query_response", "")) {
    QueryResponse step;
    read_expect(each, step);
    step.send = each.text("send", "", "");
    lacks(each, {"labels", "expect_bytes"});
    lacks_when_set(each, {"starttls"});
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace answerback::blackbox
