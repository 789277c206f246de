#include "probes/agent/json.h"

#include "model/text.h"
#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

std::string inside_of_a_string(std::string_view text) {
  const std::string quoted = json::serialize(json::value(text));
  return quoted.substr(1, quoted.size() - 2);
}

// A service that says 200 and means otherwise.
std::optional<AgentEvent> complaint(const json::value& document) {
  const json::object* object = document.if_object();
  if (const json::object* error = object_at(object, "error"))
    return error_event("error", text_at(error, "code"), text_at(error, "message"));
  for (const std::string_view key : {"error", "detail"}) {
    if (const std::string words = text_at(object, key); !words.empty()) return error_event(key, "", words);
  }
  const std::string status = text_at(object, "status");
  if (status != "error" && status != "failed" && status != "failure") return std::nullopt;
  return error_event("status", status, text_at(object, "message"));
}

}  // namespace

std::string filled_in(std::string_view body, std::string_view question, const AgentIds& ids) {
  const std::pair<std::string_view, std::string_view> places[] = {
      {"{{question}}", question}, {"{{thread_id}}", ids.thread}, {"{{run_id}}", ids.run}};
  std::string filled;
  while (!body.empty()) {
    std::size_t skip = 1;
    for (const auto& [place, value] : places) {
      if (!body.starts_with(place)) continue;
      filled += inside_of_a_string(value);
      skip = place.size();
    }
    if (skip == 1) filled += body.front();
    body.remove_prefix(skip);
  }
  return filled;
}

AgentCall JsonCodec::call(std::string_view question) {
  return {.method = settings_.method,
          .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
          .body = filled_in(settings_.body, question, ids_),
          .shown = std::string(question)};  // the rest may hold secrets
}

AgentHeard JsonCodec::read(const net::SseEvent&) {
  return std::unexpected(Failure{Reason::protocol, "wanted one answer, got an event stream"});
}

AgentHeard JsonCodec::read_whole(std::string_view body) {
  over_ = true;
  if (settings_.answer.empty()) return std::vector<AgentEvent>{end_event("answer", std::string(body))};
  boost::system::error_code error;
  const json::value document = json::parse(json::string_view(body.data(), body.size()), error);
  if (error) return std::unexpected(Failure{Reason::protocol, "wanted JSON, got " + describe_body(body)});
  const json::value* answer = document.find_pointer(settings_.answer, error);
  const bool nothing = answer && answer->is_string() && answer->get_string().empty();
  if (nothing) {
    if (auto words = complaint(document)) return std::vector<AgentEvent>{*std::move(words)};
  }
  if (answer && !answer->is_null()) {
    std::string text = answer->is_structured() ? content_text(answer) : "";
    if (answer->is_string()) text = std::string_view(answer->get_string());
    if (text.empty() && !answer->is_string()) text = json::serialize(*answer);
    return std::vector<AgentEvent>{end_event("answer", std::move(text))};
  }
  if (auto words = complaint(document)) return std::vector<AgentEvent>{*std::move(words)};
  return std::unexpected(
      Failure{Reason::protocol, "the answer has no " + settings_.answer + ": " + describe_body(body)});
}

}  // namespace answerback::probes
