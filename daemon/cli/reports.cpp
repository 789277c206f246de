#include "cli/reports.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "cli/timeline.h"
#include "cli/xml.h"
#include "model/text.h"

namespace answerback::cli {
namespace {

namespace json = boost::json;

std::string fixed(double value, int digits) {
  char text[64];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits);
  return {text, end};
}

json::array phases_of(const RunRecord& run) {
  json::array phases;
  for (const PhaseTime& phase : run.phases) {
    phases.push_back({{"phase", name(phase.phase)},
                      {"offset_seconds", seconds(phase.began - run.started)},
                      {"duration_seconds", seconds(phase.took)}});
  }
  return phases;
}

json::array frames_of(const RunRecord& run) {
  json::array frames;
  for (const Frame& frame : run.frames) {
    frames.push_back(
        {{"offset_seconds", seconds(frame.at - run.started)}, {"label", frame.label}, {"text", frame.text}});
  }
  return frames;
}

json::array samples_of(const RunRecord& run) {
  json::array samples;
  for (const Sample& sample : run.samples) {
    json::object object{{"measure", name(sample.measure)}, {"value", sample.value}};
    if (!sample.label.empty()) object["label"] = sample.label;
    samples.push_back(std::move(object));
  }
  return samples;
}

constexpr std::string_view nagios_words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

int nagios_code(Verdict verdict) { return static_cast<int>(verdict); }

// A verdict among several: a failure that was seen says more than one that could not be told.
int severity(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass: return 0;
    case Verdict::warn: return 1;
    case Verdict::unknown: return 2;
    case Verdict::fail: return 3;
  }
  return 2;
}

// The bar begins the perfdata.
std::string without_bar(std::string text) {
  std::ranges::replace(text, '|', '/');
  return text;
}

std::string perfdata(const ProbeInfo& probe, const RunRecord& run) {
  return '\'' + probe.name + "'=" + fixed(seconds(run.took()), 6) + "s;;;0;" +
         fixed(seconds(probe.timeout), 3);
}

std::string testcase(const ProbeInfo& probe, const RunRecord& run, bool strict) {
  std::string text = "  <testcase classname=\"" + xml(probe.type) + "\" name=\"" + xml(probe.name) +
                     "\" time=\"" + fixed(seconds(run.took()), 6) + "\">\n";
  const Verdict verdict = run.result.verdict;
  const bool failed = verdict == Verdict::fail || (verdict == Verdict::warn && strict);
  const std::string_view element = verdict == Verdict::unknown ? "error" : failed ? "failure" : "";
  if (!element.empty()) {
    text.append("    <")
        .append(element)
        .append(" type=\"")
        .append(name(run.result.reason))
        .append("\" message=\"");
    text.append(xml(verdict_line(probe, run))).append("\"/>\n");
  }
  text += "    <system-out>" + xml(timeline(probe, run, false)) + "</system-out>\n";
  return text + "  </testcase>\n";
}

}  // namespace

std::string run_json(const ProbeInfo& probe, const RunRecord& run) {
  return json::serialize(json::object{
      {"probe", probe.name},
      {"type", probe.type},
      {"verdict", name(run.result.verdict)},
      {"reason", name(run.result.reason)},
      {"phase", name(run.phase)},
      {"detail", clip(run.result.detail, 4096)},
      {"began", iso_time(run.began)},
      {"duration_seconds", seconds(run.took())},
      {"phases", phases_of(run)},
      {"frames", frames_of(run)},
      {"samples", samples_of(run)},
      {"bytes_sent", run.bytes_sent},
      {"bytes_received", run.bytes_received},
      {"trace_id", trace_id(run.id)},
  });
}

NagiosAnswer nagios(const Plan& plan, std::span<const RunRecord> runs) {
  if (runs.empty()) return {.code = 3, .text = "UNKNOWN - nothing was run\n"};
  const auto worse = [](const RunRecord& a, const RunRecord& b) {
    return severity(a.result.verdict) < severity(b.result.verdict);
  };
  const RunRecord& worst = *std::ranges::max_element(runs, worse);
  std::string lines, numbers;
  for (const RunRecord& run : runs) {
    lines += without_bar(verdict_line(plan.probes[run.probe], run)) + '\n';
    numbers += (numbers.empty() ? "" : " ") + perfdata(plan.probes[run.probe], run);
  }
  NagiosAnswer answer{.code = nagios_code(worst.result.verdict), .text = {}};
  answer.text = std::string(nagios_words[answer.code]) + " - " +
                without_bar(verdict_line(plan.probes[worst.probe], worst)) + '|' + numbers + '\n';
  if (runs.size() > 1) answer.text += lines;
  return answer;
}

std::string junit(const Plan& plan, std::span<const RunRecord> runs, bool strict) {
  std::size_t failures = 0, errors = 0;
  Duration took{};
  std::string cases;
  for (const RunRecord& run : runs) {
    const Verdict verdict = run.result.verdict;
    if (verdict == Verdict::fail || (verdict == Verdict::warn && strict)) ++failures;
    if (verdict == Verdict::unknown) ++errors;
    took += run.took();
    cases += testcase(plan.probes[run.probe], run, strict);
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"" + xml(plan.service) +
         "\" tests=\"" + std::to_string(runs.size()) + "\" failures=\"" + std::to_string(failures) +
         "\" errors=\"" + std::to_string(errors) + "\" time=\"" + fixed(seconds(took), 6) + "\">\n" + cases +
         "</testsuite>\n";
}

}  // namespace answerback::cli
