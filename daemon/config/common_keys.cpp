#include "config/common_keys.h"

#include <algorithm>
#include <array>

#include "config/masking.h"

namespace answerback::config {
namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
constexpr std::string_view digits = "0123456789";
constexpr std::array<std::string_view, 6> taken_labels = {"probe", "verdict", "reason",
                                                          "le",    "group",   "capability"};

constexpr Duration least_interval = std::chrono::milliseconds(10);
constexpr Duration least_timeout = std::chrono::milliseconds(1);
constexpr std::int64_t most_in_a_row = 1000;

Duration bounded(Fields& fields, std::string_view key, Duration fallback, Duration least,
                 std::string_view doc) {
  const Duration value = fields.duration(key, fallback, doc);
  if (value < least && fields.has(key)) fields.error(key, "must be at least " + print_duration(least));
  return value;
}

Defaults read_timing(Fields& fields, const Defaults& fallback) {
  Defaults read = fallback;
  read.interval =
      bounded(fields, "interval", fallback.interval, least_interval, "from the start of one run to the next");
  read.timeout = bounded(fields, "timeout", fallback.timeout, least_timeout, "the longest a run may take");
  read.thresholds.fall = static_cast<int>(fields.integer("fall", fallback.thresholds.fall, 1, most_in_a_row,
                                                         "failures in a row until it is down"));
  read.thresholds.rise = static_cast<int>(fields.integer("rise", fallback.thresholds.rise, 1, most_in_a_row,
                                                         "passes in a row until it is up again"));
  return read;
}

std::string label_error(std::string_view label) {
  const std::string allowed = std::string(letters) + std::string(digits);
  if (label.empty() || !letters.contains(label.front()) ||
      label.find_first_not_of(allowed) != std::string_view::npos)
    return "not a label name (letters, digits and _, a letter or _ first)";
  if (label.starts_with("__")) return "names beginning with __ belong to Prometheus";
  if (std::ranges::find(taken_labels, label) != taken_labels.end())
    return "this label is already used by the metrics themselves";
  return {};
}

void read_labels(Fields& fields, ProbeInfo& probe) {
  for (const auto& [label, value] : fields.text_map("labels", "added to this probe's metrics")) {
    if (const std::string wrong = label_error(label); !wrong.empty()) {
      fields.error("labels." + label, wrong);
    } else {
      probe.labels.emplace(label, value);
    }
  }
}

void check_type(Fields& fields, const std::string& type, const std::vector<std::string>& types) {
  if (type.empty() || std::ranges::find(types, type) != types.end()) return;
  const std::string_view near = nearest(type, types);
  std::string hint;
  if (!near.empty()) {
    hint = "did you mean " + quote(near) + "?";
  } else {
    for (const std::string& known : types) hint += (hint.empty() ? "known are " : ", ") + known;
  }
  fields.error("type", "unknown probe type " + quote(type) + (hint.empty() ? "" : " (" + hint + ")"));
}

}  // namespace

std::string name_error(std::string_view name) {
  constexpr std::size_t longest = 200;
  const std::string allowed = std::string(letters) + std::string(digits) + ".-";
  if (name.empty()) return "a name cannot be empty";
  if (name.size() > longest) return "a name cannot be longer than 200 characters";
  if (name.find_first_not_of(allowed) != std::string_view::npos)
    return "a name holds only letters, digits and _ . -";
  return {};
}

Defaults read_defaults(Fields fields) {
  using std::chrono::seconds;
  return read_timing(fields,
                     {.interval = seconds(10), .timeout = seconds(5), .thresholds = {.fall = 3, .rise = 2}});
}

ProbeInfo read_common(Fields& fields, const Defaults& defaults, const std::vector<std::string>& types) {
  ProbeInfo probe;
  probe.name = fields.required_text("name", "unique over probes and groups; in every metric and message");
  if (const std::string wrong = name_error(probe.name); !probe.name.empty() && !wrong.empty())
    fields.error("name", wrong);
  probe.type = fields.required_text("type", "what kind of probe: see `answerback types`");
  check_type(fields, probe.type, types);
  const Defaults timing = read_timing(fields, defaults);
  probe.interval = timing.interval;
  probe.timeout = timing.timeout;
  probe.thresholds = timing.thresholds;
  probe.stale = fields.duration("stale", 3 * probe.interval + probe.timeout,
                                "without a verdict for so long, its health is unknown");
  probe.critical =
      fields.flag("critical", true, "whether the whole service fails when it is down, or only warns");
  read_labels(fields, probe);
  probe.runbook_url = fields.optional_text("runbook_url", "shown with every finding").value_or("");
  if (!probe.runbook_url.empty() && !probe.runbook_url.starts_with("http://") &&
      !probe.runbook_url.starts_with("https://"))
    fields.error("runbook_url", "must begin with http:// or https://");
  return probe;
}

}  // namespace answerback::config
