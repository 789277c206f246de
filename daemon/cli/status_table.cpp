#include "cli/status_table.h"

#include <algorithm>
#include <array>

#include "cli/columns.h"

namespace answerback::cli {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t least_name = 12;  // of a probe's name, however narrow it gets

struct Column {
  std::string_view heading;
  std::string StatusRow::* cell;
  std::size_t width = 0;
};

std::size_t total(const std::vector<Column>& columns) {
  std::size_t sum = 0;
  for (const Column& each : columns) sum += each.width + gap;
  return sum - gap;
}

// A long name is cut before others lose what they say; then the least needed goes first. Name and health
// always stay.
void fit(std::vector<Column>& columns, std::size_t width) {
  if (width == 0 || total(columns) <= width) return;
  const std::size_t longest = columns.front().width;
  columns.front().width = std::min(longest, std::max(least_name, width * 2 / 5));
  for (const auto cell :
       {&StatusRow::took, &StatusRow::phase, &StatusRow::last_pass, &StatusRow::since, &StatusRow::reason}) {
    if (total(columns) <= width) break;
    std::erase_if(columns, [&](const Column& each) { return each.cell == cell; });
  }
  std::size_t& name = columns.front().width;
  const std::size_t others = total(columns) - name;
  name = std::min(longest, std::max(least_name, width - std::min(width, others)));
}

int urgency(const StatusRow& row) {
  constexpr std::array<std::string_view, 4> order{"down", "degraded", "unknown", "up"};
  return static_cast<int>(std::ranges::find(order, row.health) - order.begin());
}

}  // namespace

std::string_view paint(std::string_view word) {
  if (word == "pass" || word == "up" || word == "working") return "\x1b[32m";
  if (word == "warn" || word == "degraded") return "\x1b[33m";
  if (word == "unknown") return "\x1b[35m";
  return "\x1b[31m";
}

std::string status_table(std::vector<StatusRow> rows, std::size_t width, bool colour) {
  std::vector<std::pair<int, std::size_t>> order;  // those of one urgency stay in the order of the plan
  for (std::size_t i = 0; i < rows.size(); ++i) order.emplace_back(urgency(rows[i]), i);
  std::ranges::sort(order);

  std::vector<Column> shown{{"PROBE", &StatusRow::probe},   {"HEALTH", &StatusRow::health},
                            {"REASON", &StatusRow::reason}, {"PHASE", &StatusRow::phase},
                            {"SINCE", &StatusRow::since},   {"LAST PASS", &StatusRow::last_pass},
                            {"TOOK", &StatusRow::took}};
  for (Column& column : shown) {
    column.width = columns(column.heading);
    for (const StatusRow& row : rows) column.width = std::max(column.width, columns(row.*column.cell));
  }
  fit(shown, width);

  const auto line = [&](const StatusRow* row) {
    std::string text;
    for (const Column& column : shown) {
      const std::string_view cell = row == nullptr ? column.heading : std::string_view(row->*column.cell);
      const std::string shown_cell = padded(cut(cell, column.width), column.width);
      const bool painted = colour && row != nullptr && column.cell == &StatusRow::health;
      text += painted ? std::string(paint(cell)) + shown_cell + std::string(unpaint) : shown_cell;
      text.append(gap, ' ');
    }
    return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
  };
  std::string out = line(nullptr);
  for (const auto& [urgent, i] : order) out += line(&rows[i]);
  return out;
}

}  // namespace answerback::cli
