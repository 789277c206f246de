#include "config/common_keys.h"

#include <algorithm>
#include <array>

#include "config/masking.h"

namespace answerback::config {
namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
constexpr std::string_view digits = "0123456789";
constexpr std::array<std::string_view, 11> taken_labels = {"probe", "health", "verdict",   "reason",
                                                           "phase", "cause",  "stage",     "direction",
                                                           "le",    "group",  "capability"};

constexpr Duration least_interval = std::chrono::milliseconds(10);
constexpr Duration least_timeout = std::chrono::milliseconds(1);
constexpr Duration longest_counted = std::chrono::hours(24);  // of intervals that flapping is counted in
constexpr std::int64_t most_in_a_row = 1000;

Duration bounded(Fields& fields, std::string_view key, Duration fallback, Duration least,
                 std::string_view doc) {
  const Duration value = fields.duration(key, fallback, doc);
  if (value < least && fields.has(key)) fields.error(key, "must be at least " + print_duration(least));
  return value;
}

// As bounded, where there may be no fallback either.
std::optional<Duration> optional(Fields& fields, std::string_view key, std::optional<Duration> fallback,
                                 Duration least, std::string_view doc) {
  if (fallback) return bounded(fields, key, *fallback, least, doc);
  const auto value = fields.optional_duration(key, doc);
  if (value && *value < least) fields.error(key, "must be at least " + print_duration(least));
  return value;
}

// How it gets from one health to another. `within`: what flapping is counted in, unless it is said.
void read_damping(Fields& fields, const Defaults& fallback, std::optional<Duration> within, Defaults& read) {
  read.recheck =
      optional(fields, "recheck", fallback.recheck, least_interval,
               "from one run to the next while it is failing but not down yet, or passing but not up yet; "
               "left out: interval");
  read.startup_grace =
      optional(fields, "startup_grace", fallback.startup_grace, least_timeout,
               "so long after it is first watched a failure leaves it unknown, until it has passed "
               "once");
  Fields flapping = fields.child("flapping", "when it is called flapping");
  read.falls = static_cast<int>(flapping.integer("falls", fallback.falls, 0, 100,
                                                 "times that it has left up; 0: it is never called so"));
  read.flapping_within = optional(
      flapping, "within", fallback.flapping_within ? fallback.flapping_within : within, least_interval,
      "the time they are counted in, 60 intervals unless said; it ends after half of that "
      "without a change");
  read.hold = flapping.flag("hold", fallback.hold,
                            "while it flaps it is degraded at best, and its incident stays open");
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
  const Defaults own{.interval = seconds(10), .timeout = seconds(5), .thresholds = {.fall = 3, .rise = 2}};
  Defaults read = read_timing(fields, own);
  read_damping(fields, own, std::nullopt, read);
  return read;
}

ProbeInfo read_common(Fields& fields, const Defaults& defaults, const std::vector<std::string>& types) {
  ProbeInfo probe;
  probe.name = fields.required_text("name", "unique over probes and groups; in every metric and message");
  if (const std::string wrong = name_error(probe.name); !probe.name.empty() && !wrong.empty())
    fields.error("name", wrong);
  probe.type = fields.required_text("type", "what kind of probe: see `answerback types`");
  check_type(fields, probe.type, types);
  Defaults timing = read_timing(fields, defaults);
  read_damping(fields, defaults, 60 * std::min(timing.interval, longest_counted), timing);
  probe.interval = timing.interval;
  probe.timeout = timing.timeout;
  probe.thresholds = timing.thresholds;
  probe.recheck = timing.recheck;
  if (probe.recheck >= probe.interval && fields.has("recheck"))
    fields.error("recheck", "must be shorter than interval");
  probe.startup_grace = timing.startup_grace.value_or(Duration::zero());
  probe.flapping = {
      .falls = timing.falls, .within = timing.flapping_within.value_or(probe.interval), .hold = timing.hold};
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
