#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "model/text.h"
#include "probes/shared/health_body/health_body.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

constexpr int deepest_part = 4;           // parts of parts of …
constexpr std::size_t watches_kept = 16;  // instances in a row that watch each other

std::string text_of(const json::value& value) {
  const json::string* text = value.if_string();
  return one_line(text != nullptr ? std::string_view(*text) : json::serialize(value), HealthBody::text_cap);
}

// The first of these keys that says something.
std::string first_text(const json::object& from, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    const json::value* value = from.if_contains(key);
    if (value != nullptr && !value->is_null() && !(value->is_string() && value->get_string().empty()))
      return text_of(*value);
  }
  return {};
}

const json::object* object_in(const json::object& from, std::string_view key) {
  const json::value* value = from.if_contains(key);
  return value != nullptr ? value->if_object() : nullptr;
}

const json::array* array_in(const json::object& from, std::string_view key) {
  const json::value* value = from.if_contains(key);
  return value != nullptr ? value->if_array() : nullptr;
}

std::optional<std::int64_t> integer_in(const json::object& from, std::string_view key) {
  const json::value* value = from.if_contains(key);
  return value != nullptr && value->is_int64() ? std::optional(value->get_int64()) : std::nullopt;
}

// What explains a part among the numbers it carries: an error or a message, else all of it.
std::string why_of_details(const json::object* details) {
  if (details == nullptr || details->empty()) return {};
  const std::string said = first_text(*details, {"error", "message", "reason"});
  return said.empty() ? one_line(json::serialize(*details), HealthBody::text_cap) : said;
}

bool full(const HealthBody& body) { return body.components.size() >= HealthBody::components_kept; }

// A part by its status; one without a status is none, one with a strange status is not known to be well.
HealthComponent* add_part(HealthBody& body, std::string_view part, const json::object& from) {
  const json::value* status = from.if_contains("status");
  if (full(body) || status == nullptr || !status->is_string()) return nullptr;
  HealthComponent& added = body.components.emplace_back();
  added.name = one_line(part, HealthBody::text_cap);
  added.word = text_of(*status);
  added.verdict = health_word(status->get_string()).value_or(Verdict::unknown);
  return &added;
}

std::vector<std::string> watches_of(const json::object& from) {
  std::vector<std::string> all;
  if (const json::array* listed = array_in(from, "watches"))
    for (const json::value& each : *listed)
      if (each.is_string() && all.size() < watches_kept) all.push_back(text_of(each));
  return all;
}

// "connect_refused at connect: connection refused by …": ours; of others the output alone.
std::string why_of_check(const json::object& check) {
  const std::string reason = first_text(check, {"reason"}), phase = first_text(check, {"phase"});
  const std::string output = first_text(check, {"output"});
  if (reason.empty()) return output;
  return one_line(reason + (phase.empty() ? "" : " at " + phase) + (output.empty() ? "" : ": " + output),
                  HealthBody::text_cap);
}

void read_check(HealthBody& body, std::string_view key, const json::object& check, bool alone) {
  const std::string id = first_text(check, {"componentId"});
  const std::string part = alone || id.empty() || id == key ? std::string(key) : std::string(key) + '/' + id;
  HealthComponent* added = add_part(body, part, check);
  if (added == nullptr) return;
  if (const std::string health = first_text(check, {"health"}); !health.empty()) {  // ours tells more
    added->word = health;
    if (health == "unknown") added->verdict = Verdict::unknown;
  }
  if (const json::value* critical = check.if_contains("critical"))
    added->critical = !critical->is_bool() || critical->get_bool();
  if (added->verdict != Verdict::pass) added->why = why_of_check(check);
  added->since = first_text(check, {"since"});
  added->looked = parse_time(first_text(check, {"time"}));
  added->watches = watches_of(check);
}

void read_causes(const json::object& root, HealthBody& body) {
  const json::array* causes = array_in(root, "causes");
  if (causes == nullptr) return;
  for (const json::value& each : *causes) {
    const json::object* cause = each.if_object();
    if (cause == nullptr || body.causes.size() >= HealthBody::causes_kept) continue;
    const std::string reason = first_text(*cause, {"reason"}), phase = first_text(*cause, {"phase"});
    const std::string since = first_text(*cause, {"since"});
    HealthCause& kept = body.causes.emplace_back();
    kept.probe = first_text(*cause, {"probe"});
    kept.reason = reason_named(reason);
    kept.text = kept.probe + ": " + reason + (phase.empty() ? "" : " at " + phase) +
                (since.empty() ? "" : " since " + since);
    if (const json::array* blocks = array_in(*cause, "blocks"); blocks != nullptr && !blocks->empty())
      kept.text += ", blocks " + text_of(*blocks);
    if (const json::array* whys = array_in(*cause, "whys"); whys != nullptr && !whys->empty())
      kept.text += "; whys " + text_of(*whys);
  }
}

void read_shard(const json::object& root, HealthBody& body) {
  const json::object* shard = object_in(root, "shard");
  if (shard == nullptr) return;
  body.shard = HealthShard{.index = integer_in(*shard, "index").value_or(0),
                           .of = integer_in(*shard, "of").value_or(1),
                           .own = integer_in(*shard, "own").value_or(0),
                           .total = integer_in(*shard, "total").value_or(0)};
}

void read_actuator_parts(const json::object& parts, const std::string& inside, int depth, HealthBody& body) {
  for (const auto& [key, value] : parts) {
    const json::object* part = value.if_object();
    if (part == nullptr) continue;
    const std::string full_name = inside + std::string(key);
    const json::object* inner = object_in(*part, "components");
    if (inner != nullptr && !inner->empty() && depth < deepest_part) {
      read_actuator_parts(*inner, full_name + '/', depth + 1, body);
    } else if (HealthComponent* added = add_part(body, full_name, *part)) {
      if (added->verdict != Verdict::pass) added->why = why_of_details(object_in(*part, "details"));
    }
  }
}

}  // namespace

void read_health_json(const json::object& root, HealthBody& body) {
  body.output = first_text(root, {"output"});
  body.instance = first_text(root, {"instance"});
  if (const json::value* looking = root.if_contains("looking"))
    body.looking = !looking->is_bool() || looking->get_bool();
  read_causes(root, body);
  read_shard(root, body);
  const json::object* checks = object_in(root, "checks");
  if (checks == nullptr) return;
  for (const auto& [key, value] : *checks) {
    if (const json::object* check = value.if_object()) read_check(body, key, *check, true);
    if (const json::array* several = value.if_array())
      for (const json::value& each : *several)
        if (const json::object* check = each.if_object()) read_check(body, key, *check, several->size() == 1);
  }
}

void read_actuator(const json::object& root, HealthBody& body) {
  for (const char* key : {"components", "details"})
    if (const json::object* parts = object_in(root, key)) read_actuator_parts(*parts, "", 1, body);
}

void read_microprofile(const json::object& root, HealthBody& body) {
  const json::array* checks = array_in(root, "checks");
  if (checks == nullptr) return;
  for (const json::value& each : *checks) {
    const json::object* check = each.if_object();
    if (check == nullptr) continue;
    HealthComponent* added = add_part(body, first_text(*check, {"name", "component", "id"}), *check);
    if (added == nullptr || added->verdict == Verdict::pass) continue;
    added->why = first_text(*check, {"description", "error", "output"});
    if (added->why.empty()) added->why = why_of_details(object_in(*check, "data"));
  }
}

void read_aspnet(const json::object& root, HealthBody& body) {
  for (const char* key : {"entries", "results"}) {
    const json::object* entries = object_in(root, key);
    if (entries == nullptr) continue;
    for (const auto& [entry, value] : *entries) {
      const json::object* part = value.if_object();
      if (part == nullptr) continue;
      HealthComponent* added = add_part(body, entry, *part);
      if (added == nullptr || added->verdict == Verdict::pass) continue;
      added->why = first_text(*part, {"description", "exception"});
      if (added->why.empty()) added->why = why_of_details(object_in(*part, "data"));
    }
  }
}

}  // namespace answerback::probes
