#include "probes/shared/worker_answer.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>
#include <span>

namespace answerback::probes {
namespace {

namespace json = boost::json;

std::string_view worker_text(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

std::uint64_t worker_number(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  boost::system::error_code error;
  return value ? value->to_number<std::uint64_t>(error) : 0;
}

template <class Enum>
std::optional<Enum> worker_named(std::string_view text, std::span<const Enum> all) {
  const auto found = std::ranges::find(all, text, [](Enum e) { return name(e); });
  return found == all.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

bool WorkerAnswer::take(std::string_view line) {
  boost::system::error_code error;
  const json::value value = json::parse(line, error);
  if (error || !value.is_object()) return conclude("the worker's answer is not JSON");
  const json::object& object = value.get_object();
  if (object.contains("done")) return done(object);
  const auto phase = worker_named<Phase>(worker_text(object, "phase"), phases());
  if (!phase) return conclude("the worker named a phase there is none of");
  run_.enter(*phase, reason_named(worker_text(object, "late")).value_or(late_in(*phase)));
  const std::string_view note = worker_text(object, "note");
  run_.phases.note(note.empty() ? place_ : place_ + " (" + std::string(note) + ")");
  return true;
}

bool WorkerAnswer::conclude(std::string what) {
  result = ProbeResult::unknown(Reason::internal, std::move(what));
  return false;
}

bool WorkerAnswer::done(const json::object& object) {
  constexpr std::array verdicts{Verdict::pass, Verdict::warn, Verdict::fail};
  const auto verdict = worker_named<Verdict>(worker_text(object, "verdict"), verdicts);
  const auto reason = reason_named(worker_text(object, "reason"));
  if (!verdict || !reason) return conclude("the worker named a verdict or a reason there is none of");
  const std::string facts = masked(worker_text(object, "facts")),
                    detail = masked(worker_text(object, "detail"));
  result = {*verdict, *reason, detail.empty() ? facts : detail};
  run_.evidence.sent(worker_number(object, "sent"));
  run_.evidence.received(worker_number(object, "received"));
  if (!facts.empty()) run_.frame("received", facts);
  const json::value* samples = object.if_contains("samples");
  if (samples && samples->is_object())
    for (const Measure measure : {Measure::connections_used, Measure::connections_max})
      if (samples->get_object().contains(name(measure)))
        run_.evidence.measure(measure,
                              static_cast<double>(worker_number(samples->get_object(), name(measure))));
  return false;
}

// A server may repeat what it was told.
std::string WorkerAnswer::masked(std::string_view text) const {
  std::string clean(text);
  if (!password_.empty())
    for (std::size_t at = 0; (at = clean.find(password_, at)) != std::string::npos; at += 8)
      clean.replace(at, password_.size(), "<secret>");
  return clean;
}

}  // namespace answerback::probes
