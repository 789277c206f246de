#pragma once
// A table with one row for each value of an enum, looked up by the value itself. Checked by the compiler.

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace answerback {

// One row per value up to `last`, in the order of the enum; names differ and are in snake_case.
template <class Row, class Enum, std::size_t rows>
constexpr bool covers(const std::array<Row, rows>& table, Enum Row::* key, Enum last) {
  if (rows != std::to_underlying(last) + std::size_t{1}) return false;
  const auto snake = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  for (std::size_t i = 0; i < rows; ++i) {
    if (std::to_underlying(table[i].*key) != i || !std::ranges::all_of(table[i].name, snake)) return false;
    for (std::size_t j = 0; j < i; ++j) {
      if (table[j].name == table[i].name) return false;
    }
  }
  return true;
}

}  // namespace answerback
