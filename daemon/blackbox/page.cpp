#include "blackbox/page.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace answerback::blackbox {
namespace {

void append_label_value(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

}  // namespace

void Page::gauge(std::string_view name, std::string_view help, double value, Labels labels) {
  gauges_.push_back({name, help, value, std::move(labels)});
}

std::string Page::text() const {
  std::vector<const Gauge*> sorted;
  for (const Gauge& each : gauges_) sorted.push_back(&each);
  std::ranges::sort(sorted, {}, [](const Gauge* g) { return std::pair(g->name, g); });
  std::string out;
  std::string_view before;
  for (const Gauge* gauge : sorted) {
    if (gauge->name != before) {
      before = gauge->name;
      out.append("# HELP ").append(gauge->name).append(" ").append(gauge->help);
      out.append("\n# TYPE ").append(gauge->name).append(" gauge\n");
    }
    out += gauge->name;
    for (const auto& [name, value] : gauge->labels) {
      out.append(&name == &gauge->labels.front().first ? "{" : ",").append(name).append("=\"");
      append_label_value(out, value);
      out += '"';
    }
    out.append(gauge->labels.empty() ? " " : "} ").append(number(gauge->value)).append("\n");
  }
  return out;
}

}  // namespace answerback::blackbox
