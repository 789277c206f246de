#include "config/silences.h"

#include <algorithm>
#include <string>

#include "config/common_keys.h"
#include "config/masking.h"
#include "model/text.h"

namespace answerback::config {
namespace {

constexpr std::size_t longest_comment = 200;

std::expected<std::optional<Wall>, std::string> moment(std::string_view text) {
  const auto at = parse_time(text);
  if (!at) return std::unexpected("must be a moment with its zone, like 2026-12-01T02:00:00Z");
  return at;
}

std::expected<std::optional<DailyWindow>, std::string> window(std::string_view text) {
  auto parsed = parse_window(text);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  return *parsed;
}

std::uint8_t read_days(Fields& fields) {
  unsigned days = 0;
  const auto words = fields.texts("days", "of the week on which it begins; left out: every day");
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto day = weekday_named(words[i]);
    if (day) days |= 1U << *day;
    if (!day)
      fields.error("days[" + std::to_string(i) + "]",
                   "no day of the week: " + quote(words[i]) + " (write sun, mon, tue, wed, thu, fri or sat)");
  }
  return static_cast<std::uint8_t>(days == 0 ? 0x7F : days);
}

void read_probes(Fields& fields, Wiring& wiring, const Plan& plan, Silence& silence) {
  const bool all = fields.flag("all", false, "whatever fails, nobody is told");
  const bool some = fields.has("probes");
  for (const ProbeId id : wiring.probes(fields, "probes", "whose failures nobody is told of"))
    silence.probes.push_back(plan.probes[id].name);
  if (all && some) fields.error("all", "names all, and probes names some: which?");
  if (!all && !some) fields.error("name", "names no probes: write probes: [...] or all: true");
  if (some && fields.texts("probes", "").empty()) fields.error("probes", "must name at least one probe");
}

}  // namespace

void read_silence(Fields& fields, Wiring& wiring, Plan& plan) {
  Silence silence{.name = fields.required_text("name", "in every message about what it keeps back")};
  if (const std::string wrong = name_error(silence.name); !silence.name.empty() && !wrong.empty())
    fields.error("name", wrong);
  if (std::ranges::find(plan.silences, silence.name, &Silence::name) != plan.silences.end())
    fields.error("name", "another silence has this name");
  read_probes(fields, wiring, plan, silence);
  silence.from = fields.parsed<std::optional<Wall>>("from", "", "when it begins; left out: at once", moment);
  silence.until = fields.parsed<std::optional<Wall>>("until", "", "when it is over", moment);
  silence.daily =
      fields.parsed<std::optional<DailyWindow>>("daily", "", "HH:MM-HH:MM of every day, by UTC", window);
  const std::uint8_t days = read_days(fields);
  if (silence.daily) silence.daily->days = days;
  silence.comment = one_line(fields.optional_text("comment", "what it is for").value_or(""), longest_comment);

  if (fields.has("days") && !fields.has("daily")) fields.error("days", "has no effect without daily");
  if (silence.from && silence.until && *silence.from >= *silence.until)
    fields.error("until", "comes before from");
  if (!fields.has("until") && !fields.has("daily"))
    fields.error("name", "never ends: write until or daily (what is never to be told of need not be probed)");
  plan.silences.push_back(std::move(silence));
}

}  // namespace answerback::config
