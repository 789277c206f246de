#include "probes/exec/verdict.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>

#include "model/text.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

constexpr std::size_t detail_cap = 300, label_cap = 64, perfdata_kept = 64;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

// The label, and what is left behind its "="; quotes are doubled inside quotes.
std::optional<std::string> take_label(std::string_view& rest) {
  std::string label;
  if (rest.starts_with('\'')) {
    for (std::size_t at = 1; at < rest.size(); ++at) {
      if (rest[at] != '\'') {
        label += rest[at];
      } else if (rest.substr(at).starts_with("''")) {
        label += rest[at++];
      } else if (rest.substr(at + 1).starts_with('=')) {
        rest.remove_prefix(at + 2);
        return label;
      } else {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }
  const std::size_t equals = rest.find_first_of("= \t");
  if (equals == std::string_view::npos || equals == 0 || rest[equals] != '=') return std::nullopt;
  label = rest.substr(0, equals);
  rest.remove_prefix(equals + 1);
  return label;
}

std::optional<PerfDatum> take_datum(std::string_view& rest) {
  const auto skip_word = [&] {
    rest.remove_prefix(std::min(rest.find_first_of(" \t"), rest.size()));
    return std::nullopt;
  };
  auto label = take_label(rest);
  if (!label) return skip_word();
  const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  PerfDatum datum{.label = one_line(*label, label_cap), .value = 0, .unit = {}};
  const auto [tail, error] = std::from_chars(word.data(), word.data() + word.size(), datum.value);
  if (error != std::errc() || !std::isfinite(datum.value)) return std::nullopt;  // "U": it could not tell
  const std::string_view unit(tail, static_cast<std::size_t>(word.data() + word.size() - tail));
  datum.unit = one_line(unit.substr(0, unit.find(';')), 8);
  return datum;
}

std::string shown(const ExecEnd& end, std::string_view line) {
  std::string_view words = trimmed(line);
  if (words.empty()) words = trimmed(std::string_view(end.err).substr(0, end.err.find('\n')));
  return one_line(words, detail_cap);
}

std::string first_words(const ExecEnd& end) {
  const std::string_view line = std::string_view(end.out).substr(0, end.out.find('\n'));
  return shown(end, line.substr(0, line.find('|')));
}

ProbeResult no_idea(std::string why) { return ProbeResult::unknown(Reason::no_evidence, std::move(why)); }

ProbeResult judge_nagios(const ExecEnd& end) {
  const std::string words = first_words(end);
  switch (end.status) {
    case 0: return ProbeResult::pass(words);
    case 1: return ProbeResult::warn(Reason::assertion, words);
    case 2: return ProbeResult::fail(Reason::assertion, words);
    case 3: return no_idea(words.empty() ? "the program could not tell" : words);
    default:
      return no_idea("exit status " + std::to_string(end.status) + " is none of a plugin's 0 to 3" +
                     (words.empty() ? "" : ": " + words));
  }
}

ProbeResult judge_json(const ExecEnd& end) {
  std::optional<ProbeResult> last;
  for (const std::string_view line : lines_of(end.out)) {
    boost::system::error_code error;
    const json::value value = json::parse(line, error);
    const json::object* object = error ? nullptr : value.if_object();
    const json::value* verdict = object ? object->if_contains("verdict") : nullptr;
    if (!verdict || !verdict->is_string()) continue;
    const auto text = [&](std::string_view key) {
      const json::value* field = object->if_contains(key);
      return field && field->is_string() ? one_line(field->get_string(), detail_cap) : std::string();
    };
    const std::string named = text("reason");
    const Reason reason = reason_named(named).value_or(Reason::none);
    std::string detail = text("detail");
    if (reason == Reason::none && !named.empty()) detail = named + (detail.empty() ? "" : ": ") + detail;
    const Reason bad = reason == Reason::none ? Reason::assertion : reason;
    if (const std::string_view said = verdict->get_string(); said == "pass") {
      last = ProbeResult::pass(detail);
    } else if (said == "warn") {
      last = ProbeResult::warn(bad, detail);
    } else if (said == "fail") {
      last = ProbeResult::fail(bad, detail);
    } else {
      last = ProbeResult::unknown(reason == Reason::none ? Reason::no_evidence : reason, detail);
    }
  }
  if (!last)
    return no_idea("no line of its output is an object with a verdict; it exited with status " +
                   std::to_string(end.status));
  if (last->verdict == Verdict::pass && end.status != 0)
    return no_idea("it says pass and exits with status " + std::to_string(end.status));
  return *std::move(last);
}

ProbeResult judge_status(const ExecEnd& end) {
  const auto lines = lines_of(end.out);
  const std::string words = shown(end, lines.empty() ? std::string_view() : lines.back());
  if (end.status == 0) return ProbeResult::pass(words);
  return ProbeResult::fail(Reason::assertion,
                           "exit status " + std::to_string(end.status) + (words.empty() ? "" : ": " + words));
}

}  // namespace

std::vector<PerfDatum> read_perfdata(std::string_view output) {
  std::vector<PerfDatum> data;
  const auto take_all = [&](std::string_view rest) {
    while (!(rest = trimmed(rest)).empty() && data.size() < perfdata_kept)
      if (auto datum = take_datum(rest)) data.push_back(*std::move(datum));
  };
  // Behind a bar on the first line; then again behind one in the longer text, to the end of the output.
  bool behind = false, first = true;
  for (const std::string_view line : lines_of(output)) {
    const std::size_t bar = line.find('|');
    if (behind) {
      take_all(line);
    } else if (bar != std::string_view::npos) {
      take_all(line.substr(bar + 1));
      behind = !first;
    }
    first = false;
  }
  return data;
}

ProbeResult judge_exec(ExecFormat format, const ExecEnd& end) {
  if (!end.failure.empty())
    return no_idea("the program could not be run: " + one_line(end.failure, detail_cap));
  if (!end.signal.empty())
    return ProbeResult::unknown(Reason::worker_died,
                                "the program was killed by SIG" + one_line(end.signal, 20));
  switch (format) {
    case ExecFormat::nagios: return judge_nagios(end);
    case ExecFormat::json: return judge_json(end);
    case ExecFormat::status: return judge_status(end);
  }
  return no_idea("no format");
}

}  // namespace answerback::probes
