#pragma once
// A number for a name, the same in every build and on every machine: std::hash promises nothing from one run
// to the next.

#include <cstdint>
#include <string_view>

namespace answerback {

// The finalizer of SplitMix64: inputs that differ in one bit come out far apart.
constexpr std::uint64_t mixed(std::uint64_t h) {
  h = (h ^ (h >> 30U)) * 0xbf58476d1ce4e5b9;
  h = (h ^ (h >> 27U)) * 0x94d049bb133111eb;
  return h ^ (h >> 31U);
}

// FNV-1a, then mixed, for FNV alone leaves names that differ in a digit close together.
constexpr std::uint64_t name_hash(std::string_view name) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char c : name) {
    h ^= static_cast<unsigned char>(c);
    h *= 0x100000001b3;
  }
  return mixed(h);
}

}  // namespace answerback
