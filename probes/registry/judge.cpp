#include "probes/registry/judge.h"

#include <algorithm>

#include "model/text.h"
#include "probes/shared/document.h"
#include "probes/shared/expect/body.h"
#include "probes/shared/platform/time.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t names_shown = 6, name_kept = 100;

struct Agent {
  std::string name;
  json::value value;
};

// A word of its own, also within camel case: MockTriage, triage_mock, "Test agent"; not "latest", "contest".
constexpr std::string_view mock_pattern =
    "(?:^|[^A-Za-z])(?:mock|fake|stub|dummy|test)(?:ed|s)?(?:[^a-z]|$)"
    "|(?:Mock|Fake|Stub|Dummy|Test)(?:ed|s)?(?:[^a-z]|$)"
    "|(?:^|[^A-Za-z])(?:MOCK|FAKE|STUB|DUMMY|TEST)S?(?:[^A-Za-z]|$)";

const json::value* at_pointer(const json::value& document, std::string_view pointer) {
  json::error_code ignored;
  return document.find_pointer(pointer, ignored);
}

std::string scalar_text(const json::value* value) {
  if (!value || value->is_structured() || value->is_null()) return {};
  return value->is_string() ? std::string(std::string_view(value->get_string())) : json::serialize(*value);
}

std::vector<Agent> agents_in(const RegistrySettings& settings, const json::value& list) {
  std::vector<Agent> agents;
  const auto name_in = [&](const json::value& value) {
    return value.is_structured() ? scalar_text(at_pointer(value, settings.name)) : scalar_text(&value);
  };
  if (const json::array* array = list.if_array())
    for (const json::value& each : *array) agents.push_back({name_in(each), each});
  if (const json::object* object = list.if_object())
    for (const auto& [key, each] : *object) {
      const std::string own = each.is_structured() ? name_in(each) : "";
      agents.push_back({own.empty() ? std::string(key) : own, each});
    }
  return agents;
}

// One kind of fault, of many agents: "lacks triage, data and 3 more".
class Fault {
 public:
  Fault(Reason reason, std::string what) : reason_(reason), what_(std::move(what)) {}
  void of(std::string_view name) {
    if (++count_ <= names_shown) names_ += (names_.empty() ? "" : ", ") + one_line(name, name_kept);
  }
  void add_to(std::optional<Failure>& failure) const {
    if (count_ == 0) return;
    std::string detail = what_ + names_;
    if (count_ > names_shown) detail += " and " + std::to_string(count_ - names_shown) + " more";
    if (failure)
      failure->detail += "; " + detail;
    else
      failure = Failure{reason_, std::move(detail)};
  }

 private:
  Reason reason_;
  std::string what_, names_;
  std::size_t count_ = 0;
};

std::optional<std::string> mock_in(const RegistrySettings& settings, const Agent& agent) {
  if (!settings.forbidden) return std::nullopt;
  if (settings.forbidden->found_in(agent.name)) return agent.name;
  for (const std::string& pointer : settings.forbidden_in) {
    const std::string text = scalar_text(at_pointer(agent.value, pointer));
    if (settings.forbidden->found_in(text))
      return agent.name + " (" + pointer + " " + one_line(text, 60) + ")";
  }
  return std::nullopt;
}

std::string pointer_or_error(config::Fields& fields, std::string_view key, std::string pointer) {
  if (!pointer.empty() && !pointer.starts_with('/'))
    fields.error(key, "no JSON pointer: it begins with /, as /name");
  return pointer;
}

}  // namespace

RegistryFound judge_registry(const RegistrySettings& settings, std::string_view body, Wall now) {
  RegistryFound found;
  boost::system::error_code error;
  const json::value document =
      json::parse(json::string_view(body.data(), body.size()), error, {}, {.max_depth = 32});
  const json::value* list = error ? nullptr : at_pointer(document, settings.list);
  if (!list || !list->is_structured()) {
    found.failure = {Reason::protocol, error ? "wanted JSON, got " + describe_body(body)
                                             : "wanted a list of agents at " +
                                                   (settings.list.empty() ? "the top" : settings.list) +
                                                   ", got " + describe_body(body)};
    return found;
  }
  const std::vector<Agent> agents = agents_in(settings, *list);
  found.agents = agents.size();

  Fault missing(Reason::assertion, "lacks "), count(Reason::assertion, ""),
      mocks(Reason::synthetic, "no agents but mocks: "), unlike(Reason::assertion, "not as wanted: "),
      silent(Reason::heartbeat_lost, "silent: ");
  for (const std::string& name : settings.agents)
    if (std::ranges::count(agents, name, &Agent::name) == 0) missing.of(name);
  const auto counted = static_cast<std::int64_t>(agents.size());
  if (settings.exact && counted != *settings.exact)
    count.of(std::to_string(counted) + " agents, wanted " + std::to_string(*settings.exact));
  else if (settings.least && counted < *settings.least)
    count.of(std::to_string(counted) + " agents, wanted at least " + std::to_string(*settings.least));
  for (const Agent& agent : agents) {
    if (const auto mock = mock_in(settings, agent)) mocks.of(*mock);
    if (!settings.agents.empty() && std::ranges::count(settings.agents, agent.name) == 0) continue;
    if (const auto mismatch = settings.each.mismatch_in(agent.value))
      unlike.of(agent.name + " (" + *mismatch + ")");
    if (settings.heartbeat.empty()) continue;
    const auto beat = read_timestamp(scalar_text(at_pointer(agent.value, settings.heartbeat)));
    if (!beat) {
      silent.of(agent.name + " (no time at " + settings.heartbeat + ")");
      continue;
    }
    const auto age = std::chrono::duration_cast<Duration>(now - *beat);
    if (!found.oldest || age > *found.oldest) found.oldest = age;
    if (age > settings.heartbeat_age) silent.of(agent.name + " for " + spoken(age));
  }
  for (const Fault* fault : {&missing, &mocks, &count, &unlike, &silent}) fault->add_to(found.failure);
  return found;
}

RegistrySettings read_registry(config::Fields& fields) {
  RegistrySettings settings;
  settings.list = pointer_or_error(
      fields, "list",
      fields.text("list", "", "JSON pointer to the list, as /agents; left out: the whole answer"));
  settings.name = pointer_or_error(fields, "name_at",
                                   fields.text("name_at", "/name", "pointer from an agent to its name"));
  settings.agents = fields.texts("agents", "names of agents that must be there");
  settings.least = fields.optional_integer("min", 0, 1'000'000, "agents at the least");
  settings.exact = fields.optional_integer("exact", 0, 1'000'000, "agents, neither more nor less");
  config::Fields forbid = fields.child("forbid", "what no agent may be");
  const std::string pattern = forbid.text(
      "pattern", "mock",
      "regular expression; mock stands for the words mock, fake, stub, dummy and test; empty: anything goes");
  settings.forbidden_in = forbid.texts(
      "in", "pointers from an agent to where it is looked for, beside its name; left out: [/class, /type]");
  if (settings.forbidden_in.empty()) settings.forbidden_in = {"/class", "/type"};
  for (const std::string& pointer : settings.forbidden_in) pointer_or_error(forbid, "in", pointer);
  if (!pattern.empty()) {
    auto parsed = Pattern::parse(pattern == "mock" ? mock_pattern : std::string_view(pattern));
    if (parsed)
      settings.forbidden = *std::move(parsed);
    else
      forbid.error("pattern", parsed.error());
  }
  if (const auto text = fields.json(
          "each",
          "what the agents expected, or all, must be like, as in expect.json of http: {/status: active}")) {
    if (auto rules = JsonExpect::parse(*text))
      settings.each = *std::move(rules);
    else
      fields.error("each", rules.error());
  }
  config::Fields heartbeat = fields.child("heartbeat", "of the same agents: when each was last alive");
  settings.heartbeat =
      pointer_or_error(heartbeat, "at", heartbeat.text("at", "", "pointer from an agent to that time"));
  settings.heartbeat_age = heartbeat.duration("max_age", 1min, "older, it counts as gone");
  if (settings.heartbeat.empty() && fields.has("heartbeat")) heartbeat.error("at", "required");
  if (!fields.describes() && settings.agents.empty() && !settings.least && !settings.exact)
    settings.least = 1;
  return settings;
}

}  // namespace answerback::probes
