#include "probes/shared/steps/settings.h"

#include <algorithm>
#include <boost/json.hpp>

namespace answerback::probes {
namespace {

namespace json = boost::json;

enum class KeyKind : std::uint8_t { any, text, duration };
struct KeyText {
  std::string_view key, doc;
  KeyKind kind = KeyKind::any;
};
constexpr KeyText step_keys[] = {
    {"send",
     "a text, {json: value}, or {prefix: text, json: value}; filled in: {{token}}, {{uuid}} and {{run_id}} "
     "(new "
     "each run), {{n}} (counts up), secrets, what was captured; {{name|json}}, {{name|base64url}}"},
    {"every", "of send: and again, as often", KeyKind::duration},
    {"expect",
     "the next message must be so: {prefix: text, inside: where, json: {/pointer: value}, matches: regex, "
     "text: "
     "exactly}, any of them; json as in `expect` of http, inside: a pointer or a regex with one group"},
    {"until", "reads on until a message is so"},
    {"within", "of expect, until and close: how long that may take; 10s", KeyKind::duration},
    {"capture",
     "of expect and until: {name: where}, a JSON pointer or a regex with one group; used as {{name}}"},
    {"collect", "of until: {name: where}, joined over all messages read"},
    {"reply", "from here on: [{when: matcher, send: message}]"},
    {"ignore", "from here on: matchers of messages that are passed over"},
    {"fail", "from here on: [{when: matcher, as: reason}], such as auth, rate_limited, agent_error"},
    {"silent_for", "so long nothing may come but what is ignored or replied to", KeyKind::duration},
    {"close", "the server closes the connection, with one of these codes, or any; the last step"},
};
constexpr KeyText ask_key = {
    "ask", "the message, or messages, in which {{question}} stands; what comes then are events"};
constexpr KeyText event_keys[] = {
    {"when", "which messages: a matcher, as in steps[].expect; the first of the list that matches counts"},
    {"event", "the stage of the chain it is, or the JSON pointer to its name; left out: a sign of life",
     KeyKind::text},
    {"answer", "where the answer stands: a JSON pointer, or a regex with one group", KeyKind::text},
    {"piece", "where a piece of the answer stands that comes in many", KeyKind::text},
    {"tool", "where the name of the tool stands", KeyKind::text},
    {"run", "where the id of the run stands", KeyKind::text},
    {"thread", "where the id of the thread stands", KeyKind::text},
    {"error", "the run is over, badly: where the words stand", KeyKind::text},
};

std::vector<std::string> terminators() { return {"none", "nul", "record_separator", "newline"}; }

Terminator terminator_named(std::string_view name) {
  const auto names = terminators();
  const auto at = std::ranges::find(names, name);
  return at == names.end() ? Terminator::none : static_cast<Terminator>(at - names.begin());
}

std::optional<json::value> value_of(config::Fields& fields, const KeyText& key) {
  if (key.kind == KeyKind::duration) {
    const auto duration = fields.optional_duration(key.key, key.doc);
    return duration ? std::optional<json::value>(config::print_duration(*duration)) : std::nullopt;
  }
  if (key.kind == KeyKind::text) {
    const auto text = fields.optional_text(key.key, key.doc);
    return text ? std::optional<json::value>(*text) : std::nullopt;
  }
  const auto value = fields.json(key.key, key.doc);
  return value ? std::optional(json::parse(*value)) : std::nullopt;
}

json::object object_of(config::Fields& fields, std::span<const KeyText> keys) {
  json::object object;
  for (const KeyText& key : keys) {
    if (auto value = value_of(fields, key)) object[key.key] = *std::move(value);
  }
  return object;
}

void read_events(config::Fields& fields, Script& script) {
  for (config::Fields& event :
       fields.children("events",
                       "of an agent: what the server's messages are to its chain; left "
                       "out: the events of agent-chat platforms")) {
    if (auto added = add_event(script, object_of(event, event_keys)); !added)
      event.error(added.error().key, added.error().message);
  }
}

void read_steps(config::Fields& fields, Script& script, bool asks) {
  std::vector<KeyText> keys(std::begin(step_keys), std::end(step_keys));
  if (asks) keys.insert(keys.begin(), ask_key);
  const auto steps =
      fields.children("steps", "the dialogue, in order; {{names}} stand for values of the run");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    config::Fields step = steps[i];
    const json::object object = object_of(step, keys);
    if (step.describes()) continue;
    const auto added = add_step(script, object);
    if (added) continue;
    const auto& [key, message] = added.error();
    key.empty() ? fields.error("steps[" + std::to_string(i) + "]", message) : step.error(key, message);
  }
  if (asks && script.ask == script.steps.size()) fields.error("steps", "no step asks anything (ask: …)");
}

std::string json_of(std::string_view text) { return json::serialize(json::string(text)); }

std::string completed(const std::string& given, std::string_view ending) {
  const json::value value = json::parse(given);
  if (ending.empty() || !value.is_string() || value.get_string().empty()) return given;
  const std::string_view text(value.get_string());
  return text.ends_with(ending) ? given : json_of(std::string(text).append(ending));
}

// In documentation: each once, whichever presets have it.
void describe_parameters(config::Fields& with, bool asks) {
  std::map<std::string, std::string, std::less<>> docs;
  for (const StepsPreset* preset : steps_presets()) {
    for (const PresetParameter& one : preset->parameters) {
      if (one.asks && !asks) continue;
      std::string& doc = docs[std::string(one.name)];
      doc += (doc.empty() ? "" : "; ") + std::string(preset->name) + ": " + std::string(one.doc) +
             (one.fallback.empty() ? " (required)"
              : one.secret         ? ""
                                   : " (" + std::string(one.fallback) + ")");
    }
  }
  for (const auto& [name, doc] : docs) with.json(name, doc);
}

void read_parameters(config::Fields with, const StepsPreset& preset, bool asks, ScriptedSettings& settings) {
  if (with.describes()) return describe_parameters(with, asks);
  const bool signed_in = !settings.session.credentials.empty();
  for (const PresetParameter& one : preset.parameters) {
    if (one.asks && !asks) continue;
    const std::string name(one.name);
    if (one.secret) {
      settings.secrets[name] = {with.secret(name, one.doc).reveal(), false};
      settings.script.scope.names.insert(name);
      continue;
    }
    const std::string_view fallback = signed_in && !one.signed_in.empty() ? one.signed_in : one.fallback;
    const auto given = with.json(name, one.doc);
    if (!given && fallback.empty())
      with.error(name, std::string(preset.name) + " needs it: " + std::string(one.doc));
    settings.script.scope.constants[name] = given              ? completed(*given, one.ending)
                                            : fallback.empty() ? json_of("")
                                                               : std::string(fallback);
  }
}

void add_query(std::string& target, std::string_view query) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const std::string key(pair.substr(0, pair.find('=') + 1));
    if (!target.contains("?" + key) && !target.contains("&" + key))
      target += (target.contains('?') ? "&" : "?") + std::string(pair);
  }
}

// What the preset's clients do without being told.
void complete(net::WebSocketRequest& request, const StepsPreset& preset, bool signed_in) {
  std::string& target = request.url.target;
  if (!preset.path.empty() && (target == "/" || target.starts_with("/?"))) target.replace(0, 1, preset.path);
  add_query(target, preset.query);
  if (signed_in) add_query(target, preset.signed_in_query);
  if (!request.subprotocols.empty()) return;
  request.subprotocols.assign(preset.subprotocols.begin(), preset.subprotocols.end());
  if (signed_in)
    request.subprotocols.insert(request.subprotocols.end(), preset.signed_in_subprotocols.begin(),
                                preset.signed_in_subprotocols.end());
}

void add_preset(config::Fields& fields, const StepsPreset& preset, bool asks, Script& script) {
  const json::object data = json::parse(preset.script).as_object();
  if (const json::value* terminator = data.if_contains("terminator"))
    script.terminator = terminator_named(terminator->as_string());
  std::expected<void, Complaint> added;
  for (const json::value& step : data.at("steps").as_array()) {
    if (!asks && step.as_object().contains("ask")) break;
    if (added) added = add_step(script, step.as_object());
  }
  if (asks && fields.has("events")) {
    read_events(fields, script);
  } else if (asks) {
    for (const json::value& event : data.at("events").as_array()) {
      if (added) added = add_event(script, event.as_object());
    }
  }
  if (!added) fields.error("with", added.error().message);
}

bool uses(const Script& script, std::string_view name) {
  return std::ranges::any_of(script.steps, [&](const Step& step) {
    return std::ranges::any_of(step.messages, [&](const Template& one) { return one.uses(name); }) ||
           std::ranges::any_of(step.rules, [&](const StepRule& rule) { return rule.send.uses(name); });
  });
}

}  // namespace

ScriptedSettings read_scripted(config::Fields& fields, const StepsPreset* preset, bool asks) {
  ScriptedSettings settings{.session = read_connection(fields)};
  settings.must_select =
      fields.flag("subprotocol_required", preset && preset->must_select,
                  "a subprotocol that is offered must be selected; otherwise it is a warning");
  SessionSettings& session = settings.session;
  const bool signed_in = !session.credentials.empty();
  StepScope& scope = settings.script.scope;
  scope.names = {"n", "run_id", "uuid"};
  if (signed_in) scope.names.insert("token");
  for (const auto& [name, secret] :
       fields.secret_map("secrets", "values for the steps, by name, nowhere shown")) {
    settings.secrets[name] = {secret.reveal(), false};
    scope.names.insert(name);
  }
  if (preset || fields.describes()) {
    const StepsPreset& chosen = preset ? *preset : *steps_presets().front();
    read_parameters(fields.child("with", "what a preset is told"), chosen, asks, settings);
  }
  if (preset) {
    if (fields.has("steps")) fields.error("steps", "the preset is a script of its own: either this or that");
    complete(session.request, *preset, signed_in);
    add_preset(fields, *preset, asks, settings.script);
  } else {
    settings.script.terminator = terminator_named(fields.one_of(
        "terminator", "none", terminators(), "what ends each message within a message, both ways"));
    read_steps(fields, settings.script, asks);
    if (asks) read_events(fields, settings.script);
  }
  const bool in_steps = uses(settings.script, "token"), in_request = marked(session.request);
  if ((in_steps || in_request) && !fields.has("send_token")) session.send_token = SendToken::none;
  session.uses_token = session.send_token != SendToken::none || in_steps || in_request;
  if (session.send_token == SendToken::message)
    fields.error("send_token", "the first message is a step of its own here: send: … {{token}} …");
  return settings;
}

}  // namespace answerback::probes
