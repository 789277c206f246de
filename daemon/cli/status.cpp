#include "cli/status.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <string>
#include <vector>

namespace answerback::cli {

namespace {

namespace json = boost::json;

constexpr const char* reset = "\x1b[0m";

const char* paint(std::string_view word) {
  if (word == "pass" || word == "up") return "\x1b[32m";
  if (word == "warn" || word == "degraded") return "\x1b[33m";
  return "\x1b[31m";
}

std::string text(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return {};
  if (value->is_string()) return std::string(value->get_string());
  if (!value->is_double()) return json::serialize(*value);
  std::array<char, 32> digits{};
  std::snprintf(digits.data(), digits.size(), "%.4g", value->get_double());
  return digits.data();
}

const json::object* object(const json::value& parent, std::string_view key) {
  const auto* root = parent.if_object();
  const auto* value = root == nullptr ? nullptr : root->if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

constexpr std::array<const char*, 7> headings{"PROBE", "HEALTH",    "REASON", "PHASE",
                                              "SINCE", "LAST PASS", "TOOK"};
using Row = std::array<std::string, headings.size()>;

Row row_of(std::string_view name, const json::object& check) {
  const std::string took = text(check, "observedValue");
  return {std::string(name),
          text(check, "health"),
          text(check, "reason"),
          text(check, "phase"),
          text(check, "since"),
          text(check, "last_pass"),
          took.empty() ? "" : took + " " + text(check, "observedUnit")};
}

void print_table(const std::vector<Row>& rows, bool colour, std::ostream& out) {
  std::array<std::size_t, headings.size()> width{};
  for (std::size_t c = 0; c < headings.size(); ++c) {
    width[c] = std::string_view(headings[c]).size();
    for (const auto& row : rows) width[c] = std::max(width[c], row[c].size());
  }
  const auto line = [&](const auto& cells, const char* health_colour) {
    std::string text_line;
    for (std::size_t c = 0; c < headings.size(); ++c) {
      std::string cell = cells[c];
      cell.resize(width[c], ' ');
      text_line += c == 1 && health_colour != nullptr ? health_colour + cell + reset : cell;
      text_line += "  ";
    }
    out << text_line.substr(0, text_line.find_last_not_of(' ') + 1) << '\n';
  };
  line(headings, nullptr);
  for (const auto& row : rows) line(row, colour ? paint(row[1]) : nullptr);
}

}  // namespace

int print_status(std::string_view health_json, bool colour, std::ostream& out, std::ostream& err) {
  boost::system::error_code broken;
  const json::value health = json::parse(health_json, broken);
  const auto* checks = broken ? nullptr : object(health, "checks");
  if (checks == nullptr) {
    err << "answerback: what answered there is not answerback: no `checks` in " << health_json.substr(0, 80)
        << '\n';
    return 3;
  }
  const auto& root = health.get_object();
  const std::string status = text(root, "status");
  out << text(root, "serviceId") << ": " << (colour ? paint(status) : "") << status << (colour ? reset : "");
  if (const auto* value = object(health, "value")) {
    out << "   value: " << text(*value, "working") << " % working, " << text(*value, "blocked")
        << " % blocked, " << text(*value, "unknown") << " % unknown";
  }
  out << '\n';
  if (const std::string output = text(root, "output"); !output.empty()) out << output << '\n';
  out << '\n';

  std::vector<Row> rows;
  for (const auto& [name, list] : *checks) {
    const auto* array = list.if_array();
    if (array != nullptr && !array->empty() && array->front().is_object()) {
      rows.push_back(row_of(name, array->front().get_object()));
    }
  }
  print_table(rows, colour, out);
  return status == "pass" ? 0 : status == "warn" ? 1 : 2;
}

}  // namespace answerback::cli
