#include "probes/agent_realtime.h"

namespace answerback::probes {
namespace {

AgentHeard one(AgentEvent event) { return std::vector<AgentEvent>{std::move(event)}; }

}  // namespace

AgentCall RealtimeCodec::call(std::string_view question) {
  const json::array text{"text"};
  const json::object set{{"type", "session.update"},
                         {"session", json::object{{"type", "realtime"}, {"output_modalities", text}}}};
  const json::object item{{"type", "message"},
                          {"role", "user"},
                          {"content", json::array{json::object{{"type", "input_text"}, {"text", question}}}}};
  const json::object create{{"type", "response.create"},
                            {"response", json::object{{"max_output_tokens", max_output_tokens_}}}};
  return {.body = json::serialize(create),
          .before = {json::serialize(set),
                     json::serialize(json::object{{"type", "conversation.item.create"}, {"item", item}})}};
}

AgentHeard RealtimeCodec::read(const net::SseEvent& event) {
  const auto document = object_in(event.data);
  if (!document) return one(unreadable_event());
  const std::string type = text_at(&*document, "type");
  if (type == "error") {
    const json::object* error = object_at(&*document, "error");
    return one(error_event(type, text_at(error, "code"), text_at(error, "message")));
  }
  if (type == "response.done") return done(object_at(&*document, "response"));
  if (type == "response.output_text.delta")
    answer_.add(text_at(&*document, "item_id") + "/" + text_at(&*document, "content_index"),
                text_at(&*document, "delta"));
  if (type.starts_with("response."))
    return one(type.ends_with(".delta") ? activity_event(type) : stage_event(type));
  // The session and its conversation are there whether or not a model is.
  const bool known =
      type.starts_with("session.") || type.starts_with("conversation.") || type.starts_with("rate_limits.");
  return one(known ? activity_event(type) : strange_event(type));
}

AgentHeard RealtimeCodec::done(const json::object* response) {
  ended_ = true;
  const std::string status = text_at(response, "status");
  if (status == "completed") return one(end_event("response.done", answer_.text()));
  const json::object* details = object_at(response, "status_details");
  const json::object* error = object_at(details, "error");
  std::string why = text_at(error, "message");
  if (why.empty()) why = text_at(details, "reason");
  return one(error_event("response.done", status.empty() ? "without a status" : status, why));
}

}  // namespace answerback::probes
