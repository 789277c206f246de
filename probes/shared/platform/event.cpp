#include "probes/shared/platform/event.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "model/text.h"
#include "probes/shared/platform/event_answer.h"
#include "probes/shared/platform/event_error.h"
#include "probes/shared/platform/time.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

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

struct Named {
  std::string_view name;
  EventKind kind;
  bool carried;
};

Named name_of(const EventFields& fields, std::span<const std::string> stages) {
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
    const EventKind kind = name_of(EventFields(*place), stages).kind;
    if (kind == stage || kind == activity || kind == agent_error || kind == welcome) return place;
  }
  return nullptr;
}

// The tool may be an object with its name inside.
std::string tool_in(const EventFields& fields) {
  const json::value* value = fields.find({"tool", "tool_name", "name"});
  if (const json::object* tool = value ? value->if_object() : nullptr) {
    value = nullptr;
    for (const std::string_view key : {"name", "tool_name", "id"}) {
      if (!value) value = tool->if_contains(key);
    }
  }
  return value && !value->is_structured() ? plain(*value) : std::string();
}

std::optional<Duration> claimed_by(const EventFields& fields) {
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
  Named named = name_of(EventFields(*root), stages);
  if (named.kind == EventKind::unknown) {
    if (const json::object* inside = inside_envelope(*root, stages)) {
      envelope = std::exchange(root, inside);
      named = name_of(EventFields(*root), stages);
    }
  }
  const EventFields fields(*root, envelope);
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
    EventAnswer answer = answer_in(fields);
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
