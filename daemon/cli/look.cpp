#include "cli/look.h"

#include <boost/json.hpp>
#include <vector>

#include "model/text.h"

namespace answerback::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t why_cap = 600, foreign_cap = 80;

Look because(std::string_view why) { return {.why = one_line(why, why_cap)}; }

Look unreached(const Answer& answer) {
  Look look = because("answerback is not reachable: " + answer.error);
  look.reached = false;
  return look;
}

Look foreign(const Answer& answer) {
  return because("what answers there is not answerback: HTTP " + std::to_string(answer.status) + " " +
                 one_line(answer.body, foreign_cap));
}

const json::value* find(const json::value& from, std::string_view key) {
  const auto* object = from.if_object();
  return object == nullptr ? nullptr : object->if_contains(key);
}

std::string text(const json::value& from, std::string_view key) {
  const json::value* found = find(from, key);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

json::value parsed(const std::string& body) {
  boost::system::error_code broken;
  json::value value = json::parse(body, broken);
  return broken ? json::value() : value;
}

// "postgres: down connect_refused at connect", from a health body; only the name where it says no more.
std::string finding(const json::value& health, const std::string& probe) {
  const json::value* checks = find(health, "checks");
  const json::value* list = checks == nullptr ? nullptr : find(*checks, probe);
  const auto* all = list == nullptr ? nullptr : list->if_array();
  if (all == nullptr || all->empty()) return probe;
  const json::value& check = all->front();
  std::string out = probe + ": " + text(check, "health");
  const std::string reason = text(check, "reason"), phase = text(check, "phase");
  if (!reason.empty()) out += " " + reason;
  if (!phase.empty()) out += " at " + phase;
  return out;
}

// /readyz names its own conditions, too; these are their words.
std::string own_condition(std::string_view check) {
  if (check == "shutdown") return "answerback is stopping";
  if (check == "engine") return "answerback's own loop stands still";
  if (check == "looking") return "answerback is not looking yet";
  if (check == "probes") return "there is nothing to be ready: no probes";
  return {};
}

std::vector<std::string> failed_checks(std::string_view verbose) {
  constexpr std::string_view mark = "[-]", end = " failed";
  std::vector<std::string> out;
  for (std::size_t at = verbose.find(mark); at != std::string_view::npos; at = verbose.find(mark, at + 1)) {
    const std::string_view rest = verbose.substr(at + mark.size());
    out.emplace_back(rest.substr(0, rest.find(end)));
  }
  return out;
}

Look at_readyz(const Ask& ask) {
  const Answer answer = ask("/readyz?verbose");
  if (!answer.error.empty()) return unreached(answer);
  if (answer.status == 200 && answer.body.find("readyz check passed") != std::string::npos)
    return {.ready = true};
  if (answer.body.find("readyz check failed") == std::string::npos) return foreign(answer);

  std::string why;
  json::value health;
  for (const std::string& name : failed_checks(answer.body)) {
    std::string words = own_condition(name);
    if (words.empty()) {
      if (health.is_null()) health = parsed(ask("/health").body);
      words = finding(health, name);
    }
    why += (why.empty() ? "" : "; ") + words;
  }
  return because(why);
}

Look at_health(std::string_view name, const Ask& ask) {
  const Answer answer = ask("/health/" + escaped(name));
  if (!answer.error.empty()) return unreached(answer);
  if (answer.status == 404 && answer.body.starts_with("no group or probe ")) {
    Look look = because(answer.body.substr(0, answer.body.find('\n')));
    look.no_such_name = true;
    return look;
  }
  const json::value health = parsed(answer.body);
  const std::string status = text(health, "status");
  if (status != "pass" && status != "warn" && status != "fail") return foreign(answer);
  if (status != "fail") return {.ready = true};
  const json::value* checks = find(health, "checks");
  const auto* all = checks == nullptr ? nullptr : checks->if_object();
  std::string why;
  if (all != nullptr) {
    for (const auto& [probe, list] : *all) {
      const auto* array = list.if_array();
      const bool well = array != nullptr && !array->empty() && text(array->front(), "status") != "fail";
      if (!well) why += (why.empty() ? "" : "; ") + finding(health, std::string(probe));
    }
  }
  return because(why.empty() ? text(health, "output") : why);
}

}  // namespace

Look look_at(std::string_view name, const Ask& ask) {
  return name == readiness ? at_readyz(ask) : at_health(name, ask);
}

}  // namespace answerback::cli
