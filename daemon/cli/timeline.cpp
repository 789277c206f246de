#include "cli/timeline.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "model/text.h"

namespace answerback::cli {
namespace {

constexpr std::size_t frame_line = 240;  // bytes shown of one line of a frame
constexpr std::size_t frame_lines = 12;  // lines shown of one frame
constexpr std::size_t narrowest = 60, indent = 20;
constexpr std::size_t phase_width = 12;
constexpr std::size_t stage_width = 22;
constexpr std::size_t head_width = 40;  // of the name of a frame; what is longer is none

std::string milliseconds(Duration duration) {
  char text[32];
  const auto [end, error] =
      std::to_chars(text, text + sizeof text, seconds(duration) * 1000, std::chars_format::fixed, 1);
  return std::string(text, end) + " ms";
}

std::string milliseconds(double of_seconds) {
  return milliseconds(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(of_seconds)));
}

std::string right(std::string text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string left(std::string_view text, std::size_t width) {
  return std::string(text) + std::string(width - std::min(width, text.size()), ' ');
}

std::string number(double value) {
  char text[64];
  const auto whole = value == static_cast<double>(static_cast<std::int64_t>(value));
  const auto [end, error] =
      whole ? std::to_chars(text, text + sizeof text, static_cast<std::int64_t>(value))
            : std::to_chars(text, text + sizeof text, value, std::chars_format::general, 6);
  return {text, end};
}

struct Line {
  Steady at;
  std::string text;
};

std::string of_phase(const PhaseTime& phase, Duration offset) {
  return right(milliseconds(offset), 14) + "  " + left(name(phase.phase), phase_width) +
         right(milliseconds(phase.took), 12) + '\n';
}

// What a frame says it is: "agent_started", "system_message connection_established". Its words, found without
// reading it: what is cut or broken still has them.
std::string headline(std::string_view frame) {
  constexpr std::string_view keys[] = {"\"type\":\"", "\"event\":\""};
  std::string head;
  if (!frame.starts_with('{')) return head;
  for (const std::string_view key : keys) {
    const std::size_t at = frame.find(key);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = frame.substr(at + key.size());
    const std::size_t end = rest.find('"');
    if (end < head_width) head.append(" ").append(one_line(rest.substr(0, end), head_width));
  }
  return head;
}

// On as many lines as it takes, none wider than `width`: `used` of the first is.
std::string folded(std::string_view text, std::size_t used, std::size_t width) {
  std::string lines;
  while (used + text.size() > width) {
    std::size_t cut = width > used + 20 ? width - used : 0;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;  // within a character
    lines.append(text.substr(0, cut)).append("\n").append(indent, ' ');
    text.remove_prefix(cut);
    used = indent;
  }
  return lines.append(text) + '\n';
}

std::string of_frame(const Frame& frame, Duration offset, std::size_t width) {
  std::string text =
      right(milliseconds(offset), 14) + "    " + one_line(frame.label, 40) + headline(frame.text) + ": ";
  std::size_t used = text.size();
  std::string_view rest = frame.text;
  for (std::size_t line = 0; line < frame_lines; ++line) {
    const std::size_t end = rest.find('\n');
    if (line > 0) text += std::string(indent, ' ');
    text += folded(one_line(rest.substr(0, end), frame_line), std::exchange(used, indent), width);
    if (end == std::string_view::npos) return text;
    rest.remove_prefix(end + 1);
  }
  return text + std::string(indent, ' ') + "…\n";
}

// Between two lines, where there was a wait.
std::string of_silence(Duration length) {
  if (length < std::chrono::seconds(1)) return {};
  char text[32];
  const auto [end, error] =
      std::to_chars(text, text + sizeof text, seconds(length), std::chars_format::fixed, 1);
  return std::string(18, ' ') + "… nothing for " + std::string(text, end) + " s\n";
}

std::string of_sample(const Sample& sample) {
  if (sample.measure == Measure::stage_duration)
    return "  stage " + left(one_line(sample.label, 60), stage_width) +
           right(milliseconds(sample.value), 12) + '\n';
  std::string text = "  " + std::string(name(sample.measure));
  if (!sample.label.empty()) text += ' ' + one_line(sample.label, 60);
  if (sample.measure == Measure::certificate_expiry)
    return text + ' ' + iso_time(held_wall(sample.value)) + '\n';
  text += ' ' + number(sample.value);
  if (!unit(sample.measure).empty()) text.append(" ").append(unit(sample.measure));
  return text + '\n';
}

std::string capitals(std::string_view word) {
  std::string text(word);
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

std::string_view colour_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass: return "\x1b[32m";
    case Verdict::warn: return "\x1b[33m";
    case Verdict::fail: return "\x1b[31m";
    case Verdict::unknown: return "\x1b[35m";
  }
  return "";
}

std::string verdict_text(const ProbeInfo& probe, const RunRecord& run, std::string_view before,
                         std::string_view after) {
  std::string text =
      probe.name + ": " + std::string(before) + capitals(name(run.result.verdict)) + std::string(after);
  if (run.result.verdict != Verdict::pass) {
    text.append(" ").append(name(run.result.reason)).append(" at ").append(name(run.phase));
  }
  text += (run.result.verdict == Verdict::pass ? " in " : " after ") + milliseconds(run.took());
  if (!run.result.detail.empty()) text += ": " + one_line(run.result.detail, 1000);
  return text;
}

}  // namespace

std::string verdict_line(const ProbeInfo& probe, const RunRecord& run) {
  return verdict_text(probe, run, "", "");
}

std::string timeline(const ProbeInfo& probe, const RunRecord& run, bool colour, std::size_t width) {
  // Each is in order of time; where a frame came at the moment its phase began, the phase stands first.
  std::vector<Line> phases, frames, lines;
  for (const PhaseTime& phase : run.phases)
    phases.push_back({phase.began, of_phase(phase, phase.began - run.started)});
  for (const Frame& frame : run.frames)
    frames.push_back({frame.at, of_frame(frame, frame.at - run.started, std::max(width, narrowest))});
  std::ranges::merge(phases, frames, std::back_inserter(lines), {}, &Line::at, &Line::at);

  std::string text = probe.name + " (" + probe.type + ")\n";
  Steady before = run.started;
  for (const Line& line : lines) {
    text += of_silence(line.at - before) + line.text;
    before = line.at;
  }
  text += of_silence(run.ended - before);
  for (const Sample& sample : run.samples) text += of_sample(sample);
  text += "  " + std::to_string(run.bytes_sent) + " bytes sent, " + std::to_string(run.bytes_received) +
          " received, trace " + trace_id(run.id) + '\n';
  return text +
         verdict_text(probe, run, colour ? colour_of(run.result.verdict) : "", colour ? "\x1b[0m" : "") +
         '\n';
}

}  // namespace answerback::cli
