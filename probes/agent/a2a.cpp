#include "probes/agent/a2a.h"

#include <algorithm>

#include "model/text.h"
#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

constexpr std::size_t most_artifacts = 64, artifact_kept = 64 * 1024;

AgentHeard one(AgentEvent event) { return std::vector<AgentEvent>{std::move(event)}; }

// "TASK_STATE_INPUT_REQUIRED" and "input-required" are the same.
std::string state_of(std::string_view state) {
  constexpr std::string_view prefix = "TASK_STATE_";
  if (state.starts_with(prefix)) state.remove_prefix(prefix.size());
  std::string name(state);
  std::ranges::transform(name, name.begin(), [](char c) {
    return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return name;
}

std::string parts_text(const json::object* holder) {
  return holder ? content_text(holder->if_contains("parts")) : "";
}

// The server does not know what we want of it: the version is not its own, or it does not stream.
bool means_unknown(std::string_view code) { return code == "-32601" || code == "-32004" || code == "-32009"; }

std::vector<std::string> interfaces(const json::object& card) {
  std::vector<std::string> urls;
  const auto add = [&](const std::string& url) {
    if (!url.empty()) urls.push_back(url);
  };
  add(text_at(&card, "url"));
  for (const std::string_view key : {"supportedInterfaces", "additionalInterfaces"}) {
    const json::array* list = array_at(&card, key);
    for (std::size_t i = 0; list && i < list->size() && i < 16; ++i)
      add(text_at((*list)[i].if_object(), "url"));
  }
  return urls;
}

}  // namespace

std::optional<AgentCall> A2aCodec::prelude() {
  if (!settings_.card) return std::nullopt;
  AgentCall call{.method = "GET",
                 .path = "/.well-known/agent-card.json",
                 .at_root = true,
                 .headers = {{"Accept", "application/json"}}};
  if (!settings_.old) call.headers.emplace_back("A2A-Version", "1.0");
  return call;
}

std::expected<void, Failure> A2aCodec::read_prelude(std::string_view body) {
  const auto card = object_in(body);
  const std::vector<std::string> urls = card ? interfaces(*card) : std::vector<std::string>();
  if (urls.empty())
    return std::unexpected(
        Failure{Reason::protocol, "wanted an agent card with an interface, got " + describe_body(body)});
  const bool named = std::ranges::any_of(urls, [&](const std::string& text) {
    const auto url = net::parse_url(text, {"http", "https"});
    return url && url->same_origin(settings_.url);
  });
  if (!named) elsewhere_ = one_line(urls.front(), 200);
  return {};
}

std::optional<ProbeResult> A2aCodec::warning() const {
  if (elsewhere_.empty()) return std::nullopt;
  return ProbeResult::warn(Reason::contract_drift, "the agent card sends its readers to " + elsewhere_ +
                                                       ", not to " + settings_.url.authority());
}

std::optional<AgentCall> A2aCodec::farewell() const {
  if (over_ || task_.empty()) return std::nullopt;
  AgentCall call = rpc(settings_.old ? "tasks/cancel" : "CancelTask", json::object{{"id", task_}});
  return call;
}

AgentCall A2aCodec::rpc(std::string_view method, json::object params) const {
  AgentCall call{
      .body = json::serialize(json::object{
          {"jsonrpc", "2.0"}, {"id", ids_.message}, {"method", method}, {"params", std::move(params)}})};
  call.headers = {{"Content-Type", "application/json"},
                  {"Accept", settings_.stream ? "text/event-stream" : "application/json"}};
  if (!settings_.old) call.headers.emplace_back("A2A-Version", "1.0");
  return call;
}

AgentCall A2aCodec::call(std::string_view question) {
  json::object part{{"text", question}}, message{{"messageId", ids_.message}};
  message["role"] = settings_.old ? "user" : "ROLE_USER";
  if (settings_.old) {
    part["kind"] = "text";
    message["kind"] = "message";
  }
  message["parts"] = json::array{part};
  const std::string_view method = settings_.old      ? settings_.stream ? "message/stream" : "message/send"
                                  : settings_.stream ? "SendStreamingMessage"
                                                     : "SendMessage";
  return rpc(method, json::object{{"message", message},
                                  {"configuration",
                                   json::object{{"acceptedOutputModes", json::array{"text/plain"}}}}});
}

AgentHeard A2aCodec::read(const net::SseEvent& event) {
  const auto document = object_in(event.data);
  return document ? take(*document) : one(unreadable_event());
}

AgentHeard A2aCodec::read_whole(std::string_view body) {
  const auto document = object_in(body);
  if (!document || !(document->contains("result") || document->contains("error")))
    return std::unexpected(Failure{Reason::protocol, "wanted a JSON-RPC answer, got " + describe_body(body)});
  return take(*document);
}

AgentHeard A2aCodec::take(const json::object& document) {
  if (const json::object* error = object_at(&document, "error")) {
    const std::string code = text_at(error, "code"), message = text_at(error, "message");
    if (means_unknown(code))
      return std::unexpected(
          Failure{Reason::request_unrecognised, "JSON-RPC error " + code + ": " + one_line(message, 200) +
                                                    " (asked in " + (settings_.old ? "0.3" : "1.0") + ")"});
    return one(error_event("error", code, message));
  }
  const json::object* result = object_at(&document, "result");
  if (!result) return one(strange_event(""));
  if (const std::string id = text_at(&document, "id"); id != ids_.message)
    return std::unexpected(
        Failure{Reason::misrouted, "the answer is one to request \"" + one_line(id, 60) + "\", not to ours"});

  const std::string kind = text_at(result, "kind");
  const json::object* inner = nullptr;
  if ((inner = kind == "task" ? result : object_at(result, "task"))) return task(*inner);
  if ((inner = kind == "status-update" ? result : object_at(result, "statusUpdate"))) {
    if (task_.empty()) task_ = text_at(inner, "taskId");
    return status(object_at(inner, "status"));
  }
  if ((inner = kind == "artifact-update" ? result : object_at(result, "artifactUpdate"))) {
    const json::value* append = inner->if_contains("append");
    artifact(object_at(inner, "artifact"), append && append->is_bool() && append->get_bool());
    return one(activity_event("artifact"));
  }
  if ((inner = kind == "message" ? result : object_at(result, "message"))) {
    said_ = parts_text(inner);
    over_ = true;
    return std::vector<AgentEvent>{stage_event("message"), end_event("completed", said_)};
  }
  return one(strange_event(kind));
}

AgentHeard A2aCodec::task(const json::object& task) {
  if (task_.empty()) task_ = text_at(&task, "id");
  const json::array* artifacts = array_at(&task, "artifacts");
  for (std::size_t i = 0; artifacts && i < artifacts->size(); ++i)
    artifact((*artifacts)[i].if_object(), false);
  AgentHeard heard = status(object_at(&task, "status"));
  if (heard && !artifacts_.empty()) heard->insert(heard->begin(), activity_event("artifact"));
  return heard;
}

AgentHeard A2aCodec::status(const json::object* status) {
  state_ = state_of(text_at(status, "state"));
  const std::string words = parts_text(object_at(status, "message"));
  if (state_ == "submitted" || state_ == "working") return one(stage_event(state_));
  if (state_ == "completed") {
    over_ = true;
    said_ = words;
    return one(end_event(state_, answer()));
  }
  if (state_ == "failed" || state_ == "rejected" || state_ == "canceled") {
    over_ = true;
    return one(error_event("task " + state_, "", words));
  }
  if (state_ == "input-required")
    return one(error_event("task " + state_, "the agent waits for more", words));
  if (state_ == "auth-required")
    return std::unexpected(
        Failure{Reason::auth, "the agent wants us to sign in elsewhere: task auth-required" +
                                  (words.empty() ? "" : ": " + one_line(words, 200))});
  return one(strange_event(state_));
}

void A2aCodec::artifact(const json::object* artifact, bool append) {
  const std::string id = text_at(artifact, "artifactId"), text = parts_text(artifact);
  const auto known = std::ranges::find_if(artifacts_, [&](const auto& kept) { return kept.first == id; });
  if (known == artifacts_.end()) {
    if (artifacts_.size() < most_artifacts && text.size() <= artifact_kept) artifacts_.emplace_back(id, text);
  } else if (!append) {
    known->second = text.substr(0, artifact_kept);
  } else if (known->second.size() + text.size() <= artifact_kept) {
    known->second += text;
  }
}

std::string A2aCodec::answer() const {
  StreamedAnswer all;
  for (const auto& [id, text] : artifacts_) all.add(id, text);
  return all.empty() ? said_ : all.text();
}

AgentHeard A2aCodec::end() {
  if (over_ || settings_.stream) return AgentCodec::end();
  return std::unexpected(Failure{
      Reason::chain_incomplete,
      "the answer is a task that has not ended" + (state_.empty() ? "" : ": it is " + one_line(state_, 40))});
}

}  // namespace answerback::probes
