#include "cli/status.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>
#include <ranges>
#include <string>
#include <vector>

#include "cli/columns.h"
#include "cli/status_table.h"
#include "model/duration.h"
#include "model/text.h"

namespace answerback::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t text_cap = 4000;
constexpr std::size_t causes_in_full = 10;

std::string number(double value) {
  std::array<char, 32> digits{};
  std::snprintf(digits.data(), digits.size(), "%.4g", value);
  return digits.data();
}

// Printable whatever it is; empty where there is none.
std::string text(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return {};
  if (value->is_string()) return one_line(value->get_string(), text_cap);
  return value->is_double() ? number(value->get_double()) : one_line(json::serialize(*value), text_cap);
}

const json::object* object_in(const json::object& parent, std::string_view key) {
  const auto* value = parent.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

std::vector<const json::object*> objects_in(const json::object& parent, std::string_view key) {
  std::vector<const json::object*> out;
  const auto* value = parent.if_contains(key);
  const auto* array = value == nullptr ? nullptr : value->if_array();
  if (array == nullptr) return out;
  for (const json::value& each : *array) {
    if (each.is_object()) out.push_back(&each.get_object());
  }
  return out;
}

std::vector<std::string> texts_in(const json::object& parent, std::string_view key) {
  std::vector<std::string> out;
  const auto* value = parent.if_contains(key);
  const auto* array = value == nullptr ? nullptr : value->if_array();
  if (array == nullptr) return out;
  for (const json::value& each : *array) {
    if (each.is_string()) out.push_back(one_line(each.get_string(), text_cap));
  }
  return out;
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& each : items) out += (out.empty() ? "" : ", ") + each;
  return out;
}

std::string age(const std::string& since, Wall now) {
  const auto at = parse_time(since);
  return at ? roughly(std::chrono::floor<std::chrono::seconds>(now - *at)) : since;
}

// The newest run's check of a probe, by its name.
const json::object* check_of(const json::object& checks, std::string_view probe) {
  const auto* list = checks.if_contains(probe);
  const auto* array = list == nullptr ? nullptr : list->if_array();
  return array == nullptr || array->empty() ? nullptr : array->front().if_object();
}

class Printer {
 public:
  Printer(const json::object& root, const json::object& checks, const StatusStyle& style, std::ostream& out)
      : root_(root), checks_(checks), style_(style), out_(out) {}

  void print() {
    headline();
    causes();
    lost();
    table();
  }

 private:
  std::string painted(const std::string& word) const {
    return style_.colour ? std::string(paint(word)) + word + std::string(unpaint) : word;
  }
  void line(std::string_view words, std::size_t indent) {
    out_ << wrapped(std::string(indent, ' ') + std::string(words), style_.width, indent + 2);
  }
  // Painted after it was broken into lines: colours have no width.
  void line_after(const std::string& word, std::string_view words) {
    const std::string lines = wrapped(word + " " + std::string(words), style_.width, 2);
    out_ << painted(word) << std::string_view(lines).substr(word.size());
  }

  void headline() {
    const std::size_t rest = 30;  // columns of what follows the name
    out_ << cut(text(root_, "serviceId"), style_.width > rest ? style_.width - rest : 0) << ": "
         << painted(text(root_, "status")) << "   " << iso_time(style_.now) << '\n';
    if (const auto* value = object_in(root_, "value")) {
      line("value: " + text(*value, "working") + " % working, " + text(*value, "blocked") + " % blocked, " +
               text(*value, "unknown") + " % unknown",
           0);
    }
    if (const std::string output = text(root_, "output"); !output.empty())
      out_ << wrapped(output, style_.width, 2);
  }

  void causes() {
    const auto all = objects_in(root_, "causes");
    for (const json::object* each : all | std::views::take(causes_in_full)) cause(*each);
    if (all.size() <= causes_in_full) return;
    out_ << '\n';
    line("and " + std::to_string(all.size() - causes_in_full) + " more causes: they are in the table", 0);
  }

  void cause(const json::object& cause) {
    const std::string probe = text(cause, "probe"), since = text(cause, "since");
    out_ << '\n';
    line_after("cause", probe + ": " + text(cause, "reason") + " at " + text(cause, "phase") + ", since " +
                            since + " (" + age(since, style_.now) + ")");
    const json::object* check = check_of(checks_, probe);
    for (const json::object* from :
         {&cause, check}) {  // a finding of two probes says more than the check alone
      const std::string seen = from == nullptr ? std::string() : text(*from, "output");
      if (!text(root_, "output").contains(seen)) line(seen, 6);  // else it is said in full above
    }
    for (const std::string& why : texts_in(cause, "whys")) line(why, 6);
    explains(texts_in(cause, "blocks"));
    if (const std::string by = text(cause, "silenced_by"); !by.empty()) line("nobody is told: " + by, 6);
    if (check == nullptr) return;
    if (const auto* links = object_in(*check, "links")) line("runbook " + text(*links, "runbook"), 6);
  }

  // What is degraded is not blocked.
  void explains(const std::vector<std::string>& others) {
    for (const auto& [word, health] : {std::pair("blocks ", "down"), {"degrades ", "degraded"}}) {
      std::vector<std::string> those;
      for (const std::string& each : others) {
        const json::object* check = check_of(checks_, each);
        if (check != nullptr && text(*check, "health") == health) those.push_back(each);
      }
      if (!those.empty()) line(word + joined(those), 6);
    }
  }

  void lost() {
    bool first = true;
    for (const json::object* each : objects_in(root_, "capabilities")) {
      if (text(*each, "state") == "working") continue;
      if (std::exchange(first, false)) out_ << '\n';
      const std::string state = text(*each, "state"), impact = text(*each, "impact");
      line_after(state, text(*each, "name") + (state == "blocked" && !impact.empty() ? ": " + impact : ""));
    }
  }

  void table() {
    std::vector<StatusRow> rows;
    for (const auto& [name, list] : checks_) {
      const json::object* check = check_of(checks_, name);
      if (check == nullptr) continue;
      const std::string last = text(*check, "last_pass"), took = text(*check, "observedValue");
      rows.push_back({one_line(name, text_cap), text(*check, "health"), text(*check, "reason"),
                      text(*check, "phase"), age(text(*check, "since"), style_.now),
                      last.empty() ? "never" : age(last, style_.now) + " ago",
                      took.empty() ? "" : took + " " + text(*check, "observedUnit")});
    }
    out_ << '\n' << status_table(std::move(rows), style_.width, style_.colour);
  }

  const json::object& root_;
  const json::object& checks_;
  const StatusStyle& style_;
  std::ostream& out_;
};

// What a daemon tells those who do not say who they are: the status, and this note.
bool is_bare(const json::object& root) {
  return texts_in(root, "notes") == std::vector<std::string>{"details are for the authorised"};
}

int code_of(const json::value& health) {
  const auto* root = health.if_object();
  if (root == nullptr || (object_in(*root, "checks") == nullptr && !is_bare(*root))) return 3;
  const std::string status = text(*root, "status");
  return status == "pass" ? 0 : status == "warn" ? 1 : 2;
}

json::value parsed(std::string_view health_json) {
  boost::system::error_code broken;
  json::value health = json::parse(health_json, broken);
  return broken ? json::value() : health;
}

}  // namespace

int status_code(std::string_view health_json) { return code_of(parsed(health_json)); }

int print_status(std::string_view health_json, const StatusStyle& style, std::ostream& out,
                 std::ostream& err) {
  const json::value health = parsed(health_json);
  const int code = code_of(health);
  if (code == 3) {
    err << "answerback: what answered there is not answerback, or it is still starting: "
        << one_line(health_json, 200) << '\n';
    return code;
  }
  const json::object& root = health.get_object();
  if (is_bare(root)) {
    out << text(root, "status")
        << "   (more is for the authorised: --url http[s]://USER:PASSWORD@HOST:PORT)\n";
    return code;
  }
  Printer(root, *object_in(root, "checks"), style, out).print();
  return code;
}

}  // namespace answerback::cli
