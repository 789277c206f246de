#pragma once
// The two scales everything is judged on: what one run said, and what a probe is.

#include <cstdint>
#include <string_view>

namespace answerback {

// What one run said. `unknown` means "we could not tell" and moves no health.
enum class Verdict : std::uint8_t { pass, warn, fail, unknown };

// What a probe is, after rise and fall.
enum class Health : std::uint8_t { up, degraded, down, unknown };

// What an aggregate (root, group, check) answers, in the words of health+json.
enum class Status : std::uint8_t { pass, warn, fail };

constexpr std::string_view name(Verdict v) {
  constexpr std::string_view names[] = {"pass", "warn", "fail", "unknown"};
  return names[static_cast<std::size_t>(v)];
}
constexpr std::string_view name(Health h) {
  constexpr std::string_view names[] = {"up", "degraded", "down", "unknown"};
  return names[static_cast<std::size_t>(h)];
}
constexpr std::string_view name(Status s) {
  constexpr std::string_view names[] = {"pass", "warn", "fail"};
  return names[static_cast<std::size_t>(s)];
}

// Unknown is never green.
constexpr Status status_of(Health h) {
  return h == Health::up ? Status::pass : h == Health::degraded ? Status::warn : Status::fail;
}

}  // namespace answerback
