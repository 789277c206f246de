#include "probes/shared/platform/event.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "model/text.h"
#include "probes/shared/platform/time.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;
using Names = std::initializer_list<std::string_view>;

constexpr std::size_t longest = 1024 * 1024;  // frame that is read: parsing more would stall all other probes
constexpr std::size_t most_documents = 256;   // in one frame

struct Known {
  std::string_view name;
  EventKind kind;
};
constexpr Known known[] = {
    {"connection_established", EventKind::welcome},
    {"handshake_response", EventKind::handshake},
    {"handshake_complete", EventKind::handshake_complete},
    {"ping", EventKind::ping},
    {"pong", EventKind::pong},
    {"heartbeat", EventKind::heartbeat},
    {"heartbeat_ack", EventKind::heartbeat},
    {"ack", EventKind::unrecognised},
    {"service_info", EventKind::degraded},
    {"degraded_mode", EventKind::degraded},
    {"service_degradation", EventKind::degraded},
    {"agent_error", EventKind::agent_error},
    {"agent_failed", EventKind::agent_error},
    {"agent_fallback", EventKind::agent_error},
    {"agent_death", EventKind::agent_error},
    {"agent_cancelled", EventKind::agent_error},
    {"agent_timeout", EventKind::agent_error},
    {"error", EventKind::error},
    {"error_message", EventKind::error},
    {"agent_crashed", EventKind::agent_error},
    {"agent_aborted", EventKind::agent_error},
    {"agent_timeout_warning", EventKind::warning},
    {"tool_error", EventKind::activity},
    {"tool_failed", EventKind::activity},
    {"progress_update", EventKind::activity},
    {"stream_chunk", EventKind::activity},
    {"partial_result", EventKind::activity},
};
// What they carry says more than they do.
constexpr Known carriers[] = {
    {"system_message", EventKind::welcome},
    {"agent_progress", EventKind::activity},
    {"agent_update", EventKind::activity},
};

std::optional<EventKind> find(std::span<const Known> list, std::string_view name) {
  const auto* end = list.data() + list.size();
  const auto* found = std::find_if(list.data(), end, [&](const Known& one) { return one.name == name; });
  return found == end ? std::nullopt : std::optional(found->kind);
}

std::optional<EventKind> kind_of(std::string_view name, std::span<const std::string> stages) {
  if (std::ranges::find(stages, name) != stages.end()) return EventKind::stage;
  if (std::ranges::find(usual_chain, name) != std::end(usual_chain)) return EventKind::stage;
  return find(known, name);
}

bool any_of(std::string_view text, Names parts) {
  return std::ranges::any_of(parts, [&](std::string_view part) { return text.contains(part); });
}

const json::object* inner(const json::object* object, std::string_view key) {
  const json::value* value = object ? object->if_contains(key) : nullptr;
  return value ? value->if_object() : nullptr;
}

std::string plain(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_null()) return {};
  return json::serialize(value);
}

// "run_id" as "runId".
std::string in_camel_case(std::string_view name) {
  std::string camel;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool joint = name[i] == '_' && i > 0 && i + 1 < name.size();
    camel += joint ? static_cast<char>(name[++i] - 'a' + 'A') : name[i];
  }
  return camel;
}

// The places a field may stand, in the order they are asked: last the envelope around it all.
class Fields {
 public:
  explicit Fields(const json::object& root, const json::object* envelope = nullptr)
      : places_{&root,
                inner(&root, "payload"),
                inner(&root, "data"),
                inner(inner(&root, "data"), "payload"),
                inner(inner(&root, "data"), "metadata"),
                envelope} {}

  const json::value* find(Names names) const {
    for (const std::string_view name : names) {
      if (const json::value* value = find_one(name)) return value;
      if (!name.contains('_')) continue;
      if (const json::value* value = find_one(in_camel_case(name))) return value;
    }
    return nullptr;
  }
  std::string text(Names names) const {
    const json::value* value = find(names);
    return value ? plain(*value) : std::string();
  }
  std::string word(Names names) const {  // a name or an id: never a structure
    const json::value* value = find(names);
    return value && !value->is_structured() ? plain(*value) : std::string();
  }
  bool is(std::string_view name, bool wanted) const {
    const json::value* value = find({name});
    return value && value->is_bool() && value->get_bool() == wanted;
  }
  std::string_view at(std::string_view place, std::string_view key) const {
    const json::object* object = place.empty() ? places_[0] : inner(places_[0], place);
    const json::value* value = object ? object->if_contains(key) : nullptr;
    return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
  }

 private:
  const json::value* find_one(std::string_view name) const {
    for (const json::object* place : places_) {
      const json::value* value = place ? place->if_contains(name) : nullptr;
      if (value && !value->is_null()) return value;
    }
    return nullptr;
  }

  std::array<const json::object*, 6> places_;
};

struct Named {
  std::string_view name;
  EventKind kind;
  bool carried;
};

Named name_of(const Fields& fields, std::span<const std::string> stages) {
  constexpr std::pair<std::string_view, std::string_view> places[] = {
      {"", "type"},     {"", "event"},        {"data", "event"},
      {"data", "type"}, {"payload", "event"}, {"payload", "type"}};
  const std::string_view type = fields.at("", "type");
  const auto carrier = find(carriers, type);
  for (const auto& [place, key] : places) {
    const std::string_view candidate = fields.at(place, key);
    if (const auto kind = kind_of(candidate, stages)) return {candidate, *kind, carrier || !place.empty()};
  }
  if (carrier) return {type, *carrier, false};
  return {type.empty() ? fields.at("", "event") : type, EventKind::unknown, false};
}

// Some wrap every message into an envelope of their own. What it holds counts where it is the agent's, or the
// welcome; nullptr: it says nothing to us.
const json::object* inside_envelope(const json::object& root, std::span<const std::string> stages) {
  using enum EventKind;
  const json::object* place = &root;
  for (int depth = 0; place && depth < 3; ++depth) {
    const json::object* next = nullptr;
    for (const std::string_view key : {"event", "data", "payload", "message", "body", "params"})
      if (!next) next = inner(place, key);
    place = next;
    if (!place) break;
    const EventKind kind = name_of(Fields(*place), stages).kind;
    if (kind == stage || kind == activity || kind == agent_error || kind == welcome) return place;
  }
  return nullptr;
}

// The tool may be an object with its name inside.
std::string tool_in(const Fields& fields) {
  const json::value* value = fields.find({"tool", "tool_name", "name"});
  if (const json::object* tool = value ? value->if_object() : nullptr) {
    value = nullptr;
    for (const std::string_view key : {"name", "tool_name", "id"}) {
      if (!value) value = tool->if_contains(key);
    }
  }
  return value && !value->is_structured() ? plain(*value) : std::string();
}

// Of a conversation, the last word of the agent: what users and tools say in it is no answer.
const json::value* last_word(const json::value& messages) {
  const json::array* list = messages.if_array();
  for (std::size_t i = list ? list->size() : 0; i > 0; --i) {
    const json::object* message = (*list)[i - 1].if_object();
    if (!message) return nullptr;
    const json::value* who = message->if_contains("role");
    if (!who) who = message->if_contains("type");  // LangChain's
    if (!who || !who->is_string()) return nullptr;
    const std::string_view role(who->get_string());
    if (role == "assistant" || role == "ai" || role == "AIMessage" || role == "agent" || role == "model")
      return message->if_contains("content");
  }
  return nullptr;
}

// A structure nobody can find the answer in, without what the agent was given and what its tools said.
std::string but_for_the_way(const json::object& object) {
  json::object rest;
  for (const auto& [key, value] : object) {
    if (!any_of(key, {"tool", "step", "trace", "history", "input", "question", "query", "messages"}))
      rest.emplace(key, value);
  }
  return json::serialize(rest);
}

// Of what is called an answer; it may be an object around the answer, or a conversation that ends in it.
std::string answer_of(const json::value* value) {
  for (int depth = 0; value && value->is_object() && depth < 4; ++depth) {
    const json::object& object = value->get_object();
    const json::value* next = nullptr;
    if (const json::value* messages = object.if_contains("messages")) next = last_word(*messages);
    for (const std::string_view key :
         {"final_response", "result", "response", "content", "message", "answer", "text", "output"}) {
      if (!next) next = object.if_contains(key);
    }
    if (!next) return but_for_the_way(object);
    value = next;
  }
  if (const json::value* word = value ? last_word(*value) : nullptr) value = word;
  return value ? plain(*value) : std::string();
}

struct Answer {
  std::string text;
  bool remark = false;
};

// A name with nothing behind it leaves it to the next.
Answer answer_in(const Fields& fields) {
  for (const std::string_view name :
       {"final_response", "result", "response", "content", "answer", "output"}) {
    if (std::string text = answer_of(fields.find({name})); !text.empty()) return {std::move(text), false};
  }
  return {answer_of(fields.find({"message"})), true};
}

std::optional<Duration> claimed_by(const Fields& fields) {
  const auto read = [&](Names names, double unit) -> std::optional<Duration> {
    const json::value* value = fields.find(names);
    if (!value || !value->is_number()) return std::nullopt;
    const double took = value->to_number<double>() * unit;
    if (!(took >= 0 && took < 1e6)) return std::nullopt;
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(took));
  };
  if (const auto took = read({"duration_ms", "execution_time_ms", "elapsed_ms", "processing_time_ms"}, 1e-3))
    return took;
  return read({"duration_seconds", "duration", "execution_time", "elapsed", "processing_time"}, 1);
}

std::vector<std::string> list_of(const json::value* value) {
  std::vector<std::string> texts;
  if (!value) return texts;
  if (!value->is_array()) return {one_line(plain(*value), 60)};
  for (const json::value& one : value->get_array()) {
    if (texts.size() < 10) texts.push_back(one_line(plain(one), 60));
  }
  return texts;
}

const json::object* error_object(const Fields& fields) {
  const json::value* error = fields.find({"error"});
  return error ? error->if_object() : nullptr;
}

std::string words_of(const Fields& fields) {
  std::string code = fields.word({"error_code", "code", "death_cause", "error_type"});
  std::string message = fields.text({"message", "error", "error_message", "detail", "reason", "death_cause"});
  if (const json::object* inside = error_object(fields)) {
    const Fields details(*inside);
    const std::string said = details.word({"message", "detail"});
    if (!said.empty() && message.starts_with('{')) message = said;
    if (code.empty()) code = details.word({"code", "type"});
  }
  if (message.empty() || message == code) return one_line(code, 200);
  return one_line(code.empty() ? message : code + ": " + message, 200);
}

// Whether an event says of what it reports that it went wrong.
bool went_wrong(const Fields& fields) {
  std::string status = fields.word({"status", "state", "outcome"});
  std::ranges::transform(status, status.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const json::value* error = fields.find({"error"});
  const bool reported = error && ((error->is_string() && !error->get_string().empty()) ||
                                  (error->is_object() && !error->get_object().empty()));
  return reported || fields.is("success", false) || status == "failed" || status == "failure" ||
         status == "error";
}

std::string in_capitals(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

// An error of the model behind the platform: its key, its limits and its tokens are not ours.
bool is_of_the_model(std::string_view code, std::string_view said) {
  return any_of(code, {"LLM", "MODEL", "PROVIDER", "UPSTREAM", "TOKENS", "TOKEN_LIMIT", "TOKEN_BUDGET",
                       "TOKEN_QUOTA", "TOKEN_COUNT", "TOKEN_USAGE"}) ||
         any_of(said, {"LLM", "OPENAI", "ANTHROPIC", "GEMINI", "MISTRAL", "BEDROCK", "LITELLM",
                       "INCORRECT API KEY PROVIDED", "X-API-KEY"});
}

// What kind of error it is: by its code, or by its words where it has none.
EventKind kind_of_error(const Fields& fields) {
  std::string code = fields.word({"error_code", "code"});
  if (const json::object* inside = error_object(fields); inside && code.empty())
    code = Fields(*inside).word({"code"});
  const bool coded = !code.empty();
  const std::string said = in_capitals(words_of(fields));
  code = coded ? in_capitals(std::move(code)) : said;
  if (is_of_the_model(coded ? code : std::string_view(), said)) return EventKind::error;
  if (any_of(code, {"CONNECTION_LIMIT", "TOO_MANY_CONNECTIONS", "TOO MANY CONNECTIONS", "CONNECTION LIMIT"}))
    return EventKind::limit;
  if (coded && any_of(code, {"RATE_LIMIT", "RATE-LIMIT", "RATELIMIT", "TOO_MANY_REQUESTS"}))
    return EventKind::limit;
  std::string spaced = code;
  std::ranges::replace(spaced, '_', ' ');
  if (any_of(spaced,
             {"UNKNOWN MESSAGE", "UNKNOWN TYPE", "UNKNOWN EVENT", "UNKNOWN ACTION", "UNKNOWN COMMAND",
              "UNSUPPORTED MESSAGE", "UNRECOGNIZED MESSAGE", "UNRECOGNISED MESSAGE", "INVALID MESSAGE TYPE"}))
    return EventKind::unrecognised;
  const bool sign_in = coded ? any_of(code, {"TOKEN", "AUTH", "JWT", "VALIDATION_FAILED", "INVALID_FORMAT",
                                             "CREDENTIAL", "FORBIDDEN"})
                             : any_of(code, {"UNAUTHORIZED", "UNAUTHORISED", "AUTHENTICAT", "JWT",
                                             "INVALID TOKEN", "TOKEN EXPIRED"});
  return sign_in ? EventKind::sign_in_error : EventKind::error;
}

}  // namespace

std::string_view name(Shape shape) {
  constexpr std::string_view names[] = {"root", "data", "payload", "carrier"};
  return names[static_cast<std::size_t>(shape)];
}

std::vector<std::string> documents_in(std::string_view frame) {
  std::vector<std::string> documents;
  if (frame.size() > longest) return documents;
  boost::system::error_code error;
  if (const json::value whole = json::parse(frame, error); !error) {
    const json::array* list = whole.if_array();
    if (!list || list->size() > most_documents) return documents;
    for (const json::value& one : *list) documents.push_back(json::serialize(one));
    return documents;
  }
  for (std::size_t at = 0; at < frame.size();) {
    const std::size_t end = std::min(frame.find('\n', at), frame.size());
    const std::string_view line = frame.substr(at, end - at);
    at = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (documents.size() == most_documents || !line.starts_with('{')) return {};
    documents.emplace_back(line);
  }
  return documents.size() > 1 ? documents : std::vector<std::string>();
}

AgentEvent read_event(std::string_view frame, std::span<const std::string> stages) {
  AgentEvent event;
  if (frame.size() > longest) {
    event.name = "one over 1 MiB";
    return event;
  }
  boost::system::error_code error;
  const json::value document = json::parse(json::string_view(frame.data(), frame.size()), error);
  const json::object* root = error ? nullptr : document.if_object();
  if (!root) return event;

  const json::object* envelope = nullptr;
  Named named = name_of(Fields(*root), stages);
  if (named.kind == EventKind::unknown) {
    if (const json::object* inside = inside_envelope(*root, stages)) {
      envelope = std::exchange(root, inside);
      named = name_of(Fields(*root), stages);
    }
  }
  const Fields fields(*root, envelope);
  event.name = one_line(named.name, 60);
  event.kind = named.kind;
  event.shape = named.carried || envelope ? Shape::carrier
                : inner(root, "data")     ? Shape::data
                : inner(root, "payload")  ? Shape::payload
                                          : Shape::root;
  event.run_id = fields.word({"run_id"});
  event.thread_id = fields.word({"thread_id"});
  event.user_id = fields.word({"user_id"});
  event.parent = fields.word({"parent_run_id", "parent_agent", "parent_agent_id"});
  event.agent = fields.word({"agent_name", "agent_id", "agent"});
  event.claimed = claimed_by(fields);
  if (const json::value* at = fields.find({"timestamp"})) event.timestamp = read_timestamp(plain(*at));

  const bool complains = event.kind == EventKind::error;
  if (complains) event.kind = kind_of_error(fields);
  event.degraded = event.kind == EventKind::degraded || fields.is("fallback_active", true);
  if (event.degraded && event.name == "system_message") event.kind = EventKind::degraded;  // and no welcome
  if (event.name.starts_with("tool_")) {
    event.tool = tool_in(fields);
    event.call = fields.word({"tool_call_id", "call_id", "tool_use_id", "execution_id"});
  }
  if (event.kind == EventKind::stage) {
    Answer answer = answer_in(fields);
    event.answer = std::move(answer.text);
    event.remark = answer.remark;
    event.failed = went_wrong(fields);
  }
  if (event.name == "stream_chunk" || event.name == "partial_result")
    event.answer = fields.text({"content", "chunk", "delta", "text"});
  if (event.kind == EventKind::unrecognised) {
    event.received_type = fields.word({"received_type", "message_type"});
    if (event.received_type.empty() && !complains)
      event.kind = EventKind::heartbeat;  // acknowledges, and no more
  }
  if (event.degraded)
    event.missing = list_of(fields.find({"missing_dependencies", "missing", "degraded_services"}));
  event.words = words_of(fields);
  event.ready = !fields.is("startup_complete", false) && !fields.is("connection_ready", false);
  return event;
}

}  // namespace answerback::probes
