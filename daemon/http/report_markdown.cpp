#include "http/report_markdown.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "http/markdown.h"
#include "model/duration.h"
#include "model/text.h"

namespace answerback::http {
namespace {

// Long enough for any incident, short enough for a chat.
constexpr std::size_t causes_told = 10;
constexpr std::size_t rows_told = 50;
constexpr std::size_t moments_told_first = 40, moments_told_last = 80;
constexpr std::size_t frames_told = 12;
constexpr std::size_t frame_lines_told = 12;
constexpr std::size_t frame_cap = 1200;  // bytes

std::string share(double percent) {  // "60 %", "33.3 %"
  char text[32];
  const double tenths = std::round(percent * 10) / 10;
  const int digits = tenths == std::round(tenths) ? 0 : 1;
  const auto end =
      std::to_chars(std::begin(text), std::end(text), tenths, std::chars_format::fixed, digits).ptr;
  return std::string(text, end) + " %";
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& each : items) out += (out.empty() ? "" : ", ") + plain(each);
  return out;
}

std::string more(std::size_t all, std::size_t told) {
  return all > told ? "\n… and " + std::to_string(all - told) + " more.\n" : "";
}

std::string finding(const ProbeFacts& facts) {
  std::string out(name(facts.health));
  if (facts.reason == Reason::none) return out;
  return out.append(", ").append(name(facts.reason)).append(" at ").append(name(facts.phase));
}

std::string title(const Report& report) {
  std::string out = "# " + plain(report.service.empty() ? "the platform" : report.service) + ": ";
  out += name(report.status);
  if (!report.not_trusted.empty()) return out + ", " + plain(report.not_trusted) + "\n";
  if (report.value.blocked > 0) out += ", " + share(report.value.blocked) + " of its value is blocked";
  return out + "\n";
}

std::string opening(const Report& report, std::string_view version) {
  std::string out = title(report);
  if (!report.output.empty()) out += "\n" + code(report.output, 4000) + "\n";
  out += "\nAs of " + iso_time(report.now) + ", looking back " + roughly(report.now - report.since) +
         "; times are UTC. Written by answerback " + plain(version) + ".\n";
  return out;
}

std::string capabilities(const Report& report) {
  std::string out = "\n## What users get\n\nWorking " + share(report.value.working) + ", blocked " +
                    share(report.value.blocked) + ", unknown " + share(report.value.unknown) +
                    " of the value.\n";
  if (report.capabilities.empty())
    return out + "No capabilities are configured, so nobody can say what users get.\n";
  out += "\n| capability | value | state | impact |\n|---|---|---|---|\n";
  for (const Report::Capability& each : report.capabilities) {
    const bool blocked = each.state == CapabilityState::blocked;
    const std::string state(name(each.state));
    out += "| " + plain(each.name) + " | " + share(each.percent) + " | " +
           (blocked ? "**" + state + "**" : state) + " | ";
    if (blocked) {
      out += plain(each.impact);
      if (!each.blocked_by.empty())
        out += (each.impact.empty() ? "because of " : "; because of ") + joined(each.blocked_by);
    }
    out += " |\n";
  }
  return out;
}

// "+12.4ms received: …", further lines of a frame under it.
std::string frame_text(const Incident::KeptFrame& frame) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(frame.offset).count();
  std::string out = "+" + std::to_string(micros / 1000) + "." + std::to_string(micros % 1000 / 100) + "ms " +
                    one_line(frame.label, 60) + ": ";
  std::size_t lines = 1;
  for (const char c : clip(frame.text, frame_cap)) {
    if (c == '\n' && ++lines > frame_lines_told) return out + "\n    …\n";
    out += c;
    if (c == '\n') out += "    ";
  }
  return out + "\n";
}

std::string evidence(const Report::Cause& cause) {
  if (cause.frames.empty()) return "\nEvidence: no frames were exchanged.\n";
  std::string frames;
  const std::size_t first = cause.frames.size() - std::min(cause.frames.size(), frames_told);
  if (first > 0) frames = "… " + std::to_string(first) + " earlier\n";
  for (std::size_t i = first; i < cause.frames.size(); ++i) frames += frame_text(cause.frames[i]);
  return "\nEvidence" + (cause.trace.empty() ? "" : " of run " + cause.trace) + ":\n\n" + fenced(frames);
}

std::string times(const Report::Cause& cause, Wall now) {
  std::string out = "Since " + iso_time(cause.facts.since) + " (" + roughly(now - cause.facts.since) + ").";
  out += cause.last_pass ? " Last good run " + iso_time(*cause.last_pass) + "." : " No good run is known.";
  if (cause.detected) out += " Time to detect: at most " + roughly(*cause.detected) + ".";
  return out + "\n";
}

std::string next_step(const Report::Cause& cause) {
  std::string out = cause.next;
  if (cause.runbook.empty()) return out;
  const bool is_link =
      cause.runbook.starts_with("http") && cause.runbook.find_first_of(" <>\\`\n") == std::string::npos;
  return out + " Runbook: " + (is_link ? "<" + clip(cause.runbook, 500) + ">" : code(cause.runbook));
}

std::string cause_text(const Report::Cause& cause, Wall now) {
  std::string out = "\n### " + plain(cause.probe) + ": " + finding(cause.facts) + "\n\n" + times(cause, now);
  if (!cause.facts.detail.empty()) out += "\nSeen: " + code(cause.facts.detail) + "\n";
  if (!cause.whys.empty()) {
    out += "\nWhy:\n\n";
    for (std::size_t i = 0; i < cause.whys.size(); ++i)
      out += std::to_string(i + 1) + ". " + plain(cause.whys[i]) + "\n";
  }
  if (!cause.blocks.empty()) out += "\nExplains: " + joined(cause.blocks) + ".\n";
  if (cause.value_blocked > 0)
    out += "\nCosts " + share(cause.value_blocked) + " of the value: " + joined(cause.impacts) + "\n";
  if (!cause.silenced_by.empty()) out += "\nNobody is told: " + plain(cause.silenced_by) + ".\n";
  if (cause.last_change) {
    out += "\nLast change known before it, " + roughly(cause.facts.since - cause.last_change->at) +
           " earlier: " + plain(cause.last_change->what) + ".\n";
  }
  return out + evidence(cause);
}

std::string causes(const Report& report) {
  if (report.causes.empty()) return "";
  std::string out = "\n## Root causes\n";
  for (std::size_t i = 0; i < std::min(report.causes.size(), causes_told); ++i)
    out += cause_text(report.causes[i], report.now);
  return out + more(report.causes.size(), causes_told);
}

std::string probes(const Report& report) {
  std::vector<std::string> well;
  std::string rows;
  std::size_t ill = 0;
  for (const Report::Probe& each : report.probes) {
    if (each.facts.health == Health::up) {
      well.push_back(each.name);
    } else if (++ill <= rows_told) {
      rows += "| " + plain(each.name) + " | " + finding(each.facts) + " | " +
              (each.facts.since == Wall{} ? "" : iso_time(each.facts.since)) + " | " +
              (each.last_pass ? iso_time(*each.last_pass) : "never seen") + " | " + joined(each.causes) +
              " |\n";
    }
  }
  std::string out =
      "\n## What answers\n\n" + (well.empty() ? "Nothing that is watched." : joined(well) + ".") + "\n";
  if (ill == 0) return out;
  return out +
         "\n## What does not\n\n| probe | health | since | last pass | because of "
         "|\n|---|---|---|---|---|\n" +
         rows + more(ill, rows_told);
}

std::string moment(const Moment& each) { return "- " + iso_time(each.at) + " " + plain(each.what) + "\n"; }

std::string timeline(const Report& report) {
  std::string out = "\n## Timeline\n\n";
  const std::size_t count = report.timeline.size();
  if (count == 0) return out + "Nothing happened in this time, as far as is known.\n";
  const bool cut = count > moments_told_first + moments_told_last;
  for (std::size_t i = 0; i < count; ++i) {
    if (cut && i == moments_told_first) {
      i = count - moments_told_last;
      out += "- … " + std::to_string(i - moments_told_first) + " left out\n";
    }
    out += moment(report.timeline[i]);
  }
  return out;
}

std::string incidents(const Report& report) {
  std::string out = "\n## Incidents\n\n";
  if (report.incidents.empty()) return out + "None in the last " + roughly(report.now - report.since) + ".\n";
  out += "| id | probe | reason | began | lasted | because of |\n|---|---|---|---|---|---|\n";
  for (std::size_t i = 0; i < std::min(report.incidents.size(), rows_told); ++i) {
    const Incident& each = report.incidents[i]->incident;
    out += "| " + std::to_string(each.id) + " | " + plain(each.probe) + " | " +
           std::string(name(each.reason)) + " | " + iso_time(each.since) + " | " +
           (each.ended ? roughly(*each.ended - each.since) : "**still open**") + " | " +
           (each.cause == each.probe ? "itself" : plain(each.cause)) + " |\n";
  }
  return out + more(report.incidents.size(), rows_told);
}

std::string changes(const Report& report) {
  std::string out = "\n## What changed\n\n";
  if (report.changes.empty()) return out + "Nothing that answerback knows of.\n";
  const std::size_t first = report.changes.size() - std::min(report.changes.size(), rows_told);
  for (std::size_t i = first; i < report.changes.size(); ++i) out += moment(report.changes[i]);
  return out;
}

std::string unknown(const Report& report) {
  if (report.unknown.empty()) return "";
  std::string out = "\n## What is not known\n\n";
  for (std::size_t i = 0; i < std::min(report.unknown.size(), rows_told); ++i)
    out += "- " + plain(report.unknown[i]) + "\n";
  return out + more(report.unknown.size(), rows_told);
}

std::string next_steps(const Report& report) {
  if (report.causes.empty()) return "";
  std::string out = "\n## Next\n\n";
  for (std::size_t i = 0; i < std::min(report.causes.size(), causes_told); ++i) {
    out += std::to_string(i + 1) + ". " + plain(report.causes[i].probe) + ": " + next_step(report.causes[i]) +
           "\n";
  }
  return out;
}

}  // namespace

std::string markdown(const Report& report, std::string_view version) {
  return opening(report, version) + capabilities(report) + causes(report) + next_steps(report) +
         probes(report) + timeline(report) + incidents(report) + changes(report) + unknown(report);
}

}  // namespace answerback::http
