#include "probes/llm/purse.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace answerback::probes {
namespace {

using std::chrono::duration_cast;

constexpr Duration hour = std::chrono::hours(1), day = std::chrono::days(1);
constexpr std::string_view format = "1";  // of the text in the store

Duration elapsed(const Moment& from, const Moment& to) {
  const Duration steady = to.steady - from.steady;
  const auto wall = std::max(Duration{}, duration_cast<Duration>(to.wall - from.wall));
  return steady < Duration{} ? wall : std::min(steady, wall);
}

void turn(LlmWindow& window, Duration length, Duration by) {
  window.age += by;
  if (window.age < length) return;
  window.number += static_cast<std::uint64_t>(window.age / length);
  window.age %= length;
  window.spent = 0;
}

bool fits(const LlmWindow& window, const std::optional<std::uint64_t>& limit, std::uint64_t tokens) {
  return !limit || window.spent == 0 || (window.spent <= *limit && tokens <= *limit - window.spent);
}

std::uint64_t left(const LlmWindow& window, const std::optional<std::uint64_t>& limit) {
  if (!limit) return std::numeric_limits<std::uint64_t>::max();
  return *limit - std::min(*limit, window.spent);
}

std::string told(const LlmWindow& window, std::uint64_t limit, std::string_view name, Duration length) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(length - window.age).count();
  return std::to_string(window.spent) + " of " + std::to_string(limit) + " tokens of this " +
         std::string(name) + " are spent, the next within " +
         (minutes >= 120 ? std::to_string((minutes + 59) / 60) + " h" : std::to_string(minutes) + " min");
}

void refund(LlmWindow& window, std::uint64_t number, std::uint64_t booked, std::uint64_t tokens) {
  if (window.number != number) return;  // the window it was booked in is over
  window.spent = window.spent - std::min(window.spent, booked) + tokens;
}

}  // namespace

void LlmLedger::advance(Moment now) {
  const Duration by = elapsed(seen, now);
  turn(hour, probes::hour, by);
  turn(day, probes::day, by);
  seen = now;
}

std::string written(const LlmLedger& ledger) {
  std::string text(format);
  for (const std::int64_t value :
       {static_cast<std::int64_t>(ledger.seen.steady.time_since_epoch() / std::chrono::milliseconds(1)),
        static_cast<std::int64_t>(ledger.seen.wall.time_since_epoch() / std::chrono::milliseconds(1))})
    text += " " + std::to_string(value);
  for (const LlmWindow* window : {&ledger.hour, &ledger.day})
    text += " " + std::to_string(window->age / std::chrono::milliseconds(1)) + " " +
            std::to_string(window->spent) + " " + std::to_string(window->number);
  return text;
}

std::optional<LlmLedger> read_ledger(std::string_view text) {
  std::array<std::int64_t, 9> values{};
  const char *at = text.data(), *const end = at + text.size();
  for (std::int64_t& value : values) {
    while (at != end && *at == ' ') ++at;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc()) return std::nullopt;
    at = next;
  }
  const auto& [version, steady, wall, hour_age, hour_spent, hours, day_age, day_spent, days] = values;
  const auto negative = [](std::int64_t value) { return value < 0; };
  if (at != end || version != 1 || std::any_of(values.begin() + 3, values.end(), negative))
    return std::nullopt;
  using std::chrono::milliseconds;
  constexpr std::int64_t most_days = 100'000;  // in milliseconds: what a clock can tell without overflow
  constexpr std::int64_t most = most_days * 86'400'000;
  if (std::abs(steady) > most || std::abs(wall) > most || hour_age > most || day_age > most)
    return std::nullopt;
  return LlmLedger{
      .hour = {milliseconds(hour_age), static_cast<std::uint64_t>(hour_spent),
               static_cast<std::uint64_t>(hours)},
      .day = {milliseconds(day_age), static_cast<std::uint64_t>(day_spent), static_cast<std::uint64_t>(days)},
      .seen = {Steady(milliseconds(steady)), Wall(milliseconds(wall))}};
}

LlmLedger LlmPurse::ledger(Moment now) const {
  const auto text = store_->get(key_);
  auto ledger = text ? read_ledger(*text) : std::nullopt;
  if (!ledger) return {.hour = {}, .day = {}, .seen = now};
  ledger->advance(now);
  return *ledger;
}

bool LlmPurse::allows(std::uint64_t tokens, Moment now) const {
  const LlmLedger ledger = this->ledger(now);
  return fits(ledger.hour, limits_.per_hour, tokens) && fits(ledger.day, limits_.per_day, tokens);
}

LlmPurse::Booking LlmPurse::book(std::uint64_t tokens, Moment now) {
  LlmLedger ledger = this->ledger(now);
  ledger.hour.spent += tokens;
  ledger.day.spent += tokens;
  store_->put(key_, written(ledger));
  return {tokens, ledger.hour.number, ledger.day.number};
}

void LlmPurse::settle(const Booking& booking, std::uint64_t tokens, Moment now) {
  LlmLedger ledger = this->ledger(now);
  refund(ledger.hour, booking.hour, booking.tokens, tokens);
  refund(ledger.day, booking.day, booking.tokens, tokens);
  store_->put(key_, written(ledger));
}

std::uint64_t LlmPurse::remaining(Moment now) const {
  const LlmLedger ledger = this->ledger(now);
  return std::min(left(ledger.hour, limits_.per_hour), left(ledger.day, limits_.per_day));
}

std::string LlmPurse::state(Moment now) const {
  const LlmLedger ledger = this->ledger(now);
  const bool by_hour = limits_.per_hour && (!limits_.per_day || left(ledger.hour, limits_.per_hour) <
                                                                    left(ledger.day, limits_.per_day));
  if (by_hour) return told(ledger.hour, *limits_.per_hour, "hour", hour);
  return limits_.per_day ? told(ledger.day, *limits_.per_day, "day", day) : "no limit";
}

}  // namespace answerback::probes
