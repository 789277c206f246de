#include "probes/agent/http_dialects.h"

#include "probes/agent/a2a.h"
#include "probes/agent/ag_ui.h"
#include "probes/agent/http_line.h"
#include "probes/agent/json.h"
#include "probes/agent/langgraph.h"
#include "probes/agent/responses.h"
#include "probes/agent/socket_line.h"
#include "probes/agent/vercel.h"

namespace answerback::probes {
namespace {

constexpr std::string_view waited_chain[] = {"values", "end"};

std::string read_json_object(config::Fields& fields, std::string_view key, std::string_view doc) {
  const auto text = fields.json(key, doc);
  if (!text || object_in(*text)) return text.value_or("");
  fields.error(key, "wants a mapping");
  return {};
}

bool read_stream(config::Fields& fields) {
  return fields.flag("stream", true,
                     "with preset langgraph and a2a: hear the answer as it is made; false: wait for its end");
}

std::int64_t read_output_cap(config::Fields& fields) {
  return fields.integer("max_output_tokens", 1024, 16, 1'000'000,
                        "with the presets openai_…: cap on an answer, its thinking included");
}

}  // namespace

std::unique_ptr<const AgentDialect> read_ag_ui(config::Fields& fields) {
  AgentHttpSettings http = read_agent_http(fields, "where the agent is asked, http or https");
  const AgUiSettings settings{
      .echo_ids = fields.flag("echo_ids", false,
                              "with preset ag_ui: RUN_STARTED must carry the threadId and runId asked with"),
      .state = read_json_object(fields, "state", "with preset ag_ui: the state sent along"),
      .forwarded = read_json_object(fields, "forwarded_props", "with preset ag_ui: forwardedProps")};
  return agent_over_http(std::move(http), [settings](AgentIds ids) {
    return std::make_unique<AgUiCodec>(settings, std::move(ids));
  });
}

std::unique_ptr<const AgentDialect> read_langgraph(config::Fields& fields) {
  AgentHttpSettings http = read_agent_http(fields, "where the server is, up to its API");
  const LangGraphSettings settings{
      .assistant =
          fields.text("assistant", "agent", "with preset langgraph: the graph, or the assistant's id"),
      .stream = read_stream(fields),
      .thread = fields.flag(
          "thread", true, "with preset langgraph: make a thread, and delete it again; false: a run without")};
  const std::span<const std::string_view> chain =
      settings.stream ? std::span<const std::string_view>() : waited_chain;
  return agent_over_http(
      std::move(http),
      [settings](AgentIds ids) { return std::make_unique<LangGraphCodec>(settings, std::move(ids)); }, chain);
}

std::unique_ptr<const AgentDialect> read_a2a(config::Fields& fields) {
  AgentHttpSettings http = read_agent_http(fields, "where JSON-RPC is spoken");
  const A2aSettings settings{
      .old = fields.one_of("version", "1.0", {"1.0", "0.3"}, "with preset a2a: of the protocol") == "0.3",
      .stream = read_stream(fields),
      .card = fields.flag("card", false,
                          "with preset a2a: read the agent card first, and warn where it leads elsewhere"),
      .url = http.url};
  return agent_over_http(std::move(http), [settings](AgentIds ids) {
    return std::make_unique<A2aCodec>(settings, std::move(ids));
  });
}

std::unique_ptr<const AgentDialect> read_responses(config::Fields& fields) {
  AgentHttpSettings http = read_agent_http(fields, "https://…/v1/responses, or wss for its WebSocket",
                                           {"http", "https", "ws", "wss"});
  const ResponsesSettings settings{
      .model = fields.text("model", "", "with preset openai_responses, which needs it: name of the model"),
      .instructions = fields.text("instructions", "", "with preset openai_responses: instructions"),
      .max_output_tokens = read_output_cap(fields)};
  if (settings.model.empty()) fields.error("model", "preset openai_responses needs it");
  using Over = ResponsesCodec::Over;
  const bool socket = http.url.scheme.starts_with("ws");
  const MakeCodec make = [settings, socket](AgentIds) {
    return std::make_unique<ResponsesCodec>(settings, socket ? Over::socket : Over::http);
  };
  return socket ? agent_over_socket(std::move(http), make) : agent_over_http(std::move(http), make);
}

std::unique_ptr<const AgentDialect> read_vercel(config::Fields& fields) {
  AgentHttpSettings http = read_agent_http(fields, "where the chat is asked, as https://…/api/chat");
  return agent_over_http(std::move(http),
                         [](AgentIds ids) { return std::make_unique<VercelCodec>(std::move(ids)); });
}

std::unique_ptr<const AgentDialect> read_json_dialect(config::Fields& fields) {
  AgentHttpSettings http = read_agent_http(fields, "where the agent is asked");
  const JsonSettings settings{
      .method = fields.one_of("method", "POST", {"POST", "PUT", "PATCH"}, "with preset json"),
      .body = fields
                  .secret("body",
                          "with preset json: what is sent; {{question}}, {{thread_id}} and {{run_id}} are "
                          "filled in, inside of JSON strings")
                  .reveal(),
      .answer = fields.text("answer", "",
                            "with preset json: JSON pointer to the answer, as /choices/0/message/content; "
                            "left out: the whole body")};
  if (!settings.body.contains("{{question}}"))
    fields.error("body", "preset json needs one with {{question}}");
  const bool is_json = !net::find_header(http.headers, "content-type");
  boost::system::error_code error;
  json::parse(filled_in(settings.body, "?", {}), error);
  if (is_json && error)
    fields.error("body", "is no JSON once filled in; other types are named by a Content-Type header");
  if (!settings.answer.empty() && !settings.answer.starts_with('/'))
    fields.error("answer", "a JSON pointer begins with /");
  return agent_over_http(std::move(http), [settings](AgentIds ids) {
    return std::make_unique<JsonCodec>(settings, std::move(ids));
  });
}

}  // namespace answerback::probes
