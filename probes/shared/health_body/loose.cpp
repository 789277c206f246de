#include "probes/shared/health_body/loose.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "model/text.h"
#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

constexpr int deepest_loose = 4;
constexpr std::string_view status_keys[] = {"status", "health", "state"};
constexpr std::string_view why_keys[] = {"error", "message", "reason", "detail", "description"};
// Where parts are looked for; elsewhere an object with a status is one, and a word of its own. A setting that
// reads "disabled" is no part.
constexpr std::string_view part_holders[] = {"checks",  "components", "services",   "dependencies",
                                             "details", "entries",    "subsystems", "systems"};
// What tells of the service and not of its health: {"version": "unknown"}.
constexpr std::string_view about_keys[] = {"version", "environment", "env",    "service", "name", "mode",
                                           "commit",  "build",       "region", "host",    "type", "time"};
constexpr std::string_view flag_endings[] = {"ready", "ok", "healthy", "connected", "available", "alive"};

template <std::size_t N>
bool one_of_keys(const std::string_view (&keys)[N], std::string_view key) {
  return std::ranges::find(keys, key) != std::end(keys);
}

bool is_flag(std::string_view key) {
  return std::ranges::any_of(flag_endings, [&](std::string_view ending) {
    return key.ends_with(ending) &&
           (key.size() == ending.size() || key[key.size() - ending.size() - 1] == '_');
  });
}

std::string loose_line(std::string_view text) { return one_line(text, HealthBody::text_cap); }

// "failed", and "error: connection refused" with what follows as the why.
struct LooseWord {
  std::string word, why;
  Verdict verdict;
};
std::optional<LooseWord> loose_word(std::string_view text) {
  if (const auto verdict = health_word(text)) return LooseWord{loose_line(text), "", *verdict};
  const auto colon = text.find(':');
  const auto verdict = colon == std::string_view::npos ? std::nullopt : health_word(text.substr(0, colon));
  if (!verdict) return std::nullopt;
  const auto rest = text.find_first_not_of(' ', colon + 1);
  return LooseWord{loose_line(text.substr(0, colon)),
                   rest == std::string_view::npos ? "" : loose_line(text.substr(rest)), *verdict};
}

LooseWord flag_word(bool flag) { return {flag ? "true" : "false", "", flag ? Verdict::pass : Verdict::fail}; }

// What an object says of itself: by its status, else by a flag such as `ok`.
std::optional<LooseWord> word_of(const json::object& from) {
  for (const std::string_view key : status_keys)
    if (const json::value* value = from.if_contains(key); value != nullptr && value->is_string())
      return loose_word(value->get_string())
          .value_or(LooseWord{loose_line(value->get_string()), "", Verdict::unknown});
  for (const std::string_view key : flag_endings)
    if (const json::value* value = from.if_contains(key); value != nullptr && value->is_bool())
      return flag_word(value->get_bool());
  return std::nullopt;
}

std::string why_of(const json::object& from) {
  for (const std::string_view key : why_keys)
    if (const json::value* value = from.if_contains(key); value != nullptr && value->is_string())
      return loose_line(value->get_string());
  return {};
}

bool flag_in(const json::object& from, std::string_view key, bool otherwise) {
  const json::value* value = from.if_contains(key);
  return value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
}

void add_loose_part(HealthBody& body, std::string_view part, LooseWord word, bool critical = true) {
  if (body.components.size() >= HealthBody::components_kept) return;
  HealthComponent& added = body.components.emplace_back();
  added.name = loose_line(part);
  added.word = std::move(word.word);
  added.verdict = word.verdict;
  if (word.verdict != Verdict::pass) added.why = std::move(word.why);
  added.critical = critical;
}

void read_holder(const json::value&, const std::string& inside, int depth, HealthBody&);

void read_loose_part(const std::string& part, const json::value& value, int depth, HealthBody& body) {
  if (const json::string* text = value.if_string()) {
    if (auto word = loose_word(*text)) add_loose_part(body, part, *std::move(word));
  } else if (const bool* flag = value.if_bool()) {
    add_loose_part(body, part, flag_word(*flag));
  } else if (const json::object* object = value.if_object()) {
    auto word = word_of(*object);
    if (!word) return read_holder(value, part + '/', depth + 1, body);
    if (word->why.empty()) word->why = why_of(*object);
    const bool critical = flag_in(*object, "critical", true) && flag_in(*object, "required", true) &&
                          !flag_in(*object, "optional", false);
    add_loose_part(body, part, *std::move(word), critical);
  }
}

void read_holder(const json::value& holder, const std::string& inside, int depth, HealthBody& body) {
  if (depth > deepest_loose) return;
  if (const json::object* object = holder.if_object())
    for (const auto& [key, value] : *object)
      if (!one_of_keys(about_keys, key)) read_loose_part(inside + std::string(key), value, depth, body);
  if (const json::array* array = holder.if_array())
    for (const json::value& each : *array)
      if (const json::object* object = each.if_object())
        if (const json::value* called = object->if_contains("name"); called != nullptr && called->is_string())
          read_loose_part(inside + std::string(called->get_string()), each, depth, body);
}

void read_beside_status(const json::object& root, HealthBody& body) {
  for (const auto& [key, value] : root) {
    const bool said = one_of_keys(status_keys, key) && value.is_string();
    if (said || one_of_keys(about_keys, key) || one_of_keys(why_keys, key)) continue;
    if (one_of_keys(part_holders, key)) {
      read_holder(value, "", 1, body);
    } else if (value.is_string() || (value.is_bool() && is_flag(key)) ||
               (value.is_object() && word_of(value.get_object()))) {
      read_loose_part(std::string(key), value, 1, body);
    }
  }
}

Verdict worst_part(const HealthBody& body) {
  for (const Verdict verdict : {Verdict::fail, Verdict::warn, Verdict::unknown})
    if (std::ranges::find(body.components, verdict, &HealthComponent::verdict) != body.components.end())
      return verdict;
  return Verdict::pass;
}

}  // namespace

std::expected<HealthBody, std::string> read_loose_health(std::string_view text) {
  boost::system::error_code broken;
  const json::value document = json::parse(text, broken);
  const json::object* root = broken ? nullptr : document.if_object();
  if (root != nullptr)
    if (const json::value* detail = root->if_contains("detail"); detail != nullptr && detail->is_object())
      root = &detail->get_object();
  if (root == nullptr) return std::unexpected("no health body: " + describe_body(text));

  HealthBody body;
  read_beside_status(*root, body);
  for (const std::string_view key : status_keys) {
    const json::value* value = root->if_contains(key);
    if (value == nullptr || !value->is_string()) continue;
    auto word = loose_word(value->get_string());
    if (!word)
      return std::unexpected("its status says neither good nor bad: " + loose_line(value->get_string()));
    body.word = std::move(word->word);
    body.verdict = word->verdict;
    body.output = word->why.empty() ? why_of(*root) : std::move(word->why);
    return body;
  }
  if (body.components.empty())
    return std::unexpected("no health body, for it has neither a status nor parts: " + describe_body(text));
  body.verdict = worst_part(body);
  body.word = name(body.verdict);
  return body;
}

}  // namespace answerback::probes
