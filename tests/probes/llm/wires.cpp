#include "probes/llm/wires.h"

namespace answerback::probes {
namespace {

using Refusals = std::vector<Wire::Refusal>;

std::string data(std::initializer_list<std::string_view> events) {
  std::string text;
  for (const std::string_view event : events) text.append("data: ").append(event).append("\n\n");
  return text;
}

// An event with its name, as OpenAI's Responses and Anthropic send them.
std::string named(std::initializer_list<std::pair<std::string_view, std::string_view>> events) {
  std::string text;
  for (const auto& [name, json] : events)
    text.append("event: ").append(name).append("\ndata: ").append(json).append("\n\n");
  return text;
}

// --- OpenAI's chat, and all that speak it

constexpr std::string_view chat_role =
    R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"demo-1","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"finish_reason":null}],"usage":null,"obfuscation":"x9"})";
constexpr std::string_view chat_hello =
    R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"demo-1","choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}],"usage":null})";
constexpr std::string_view chat_you =
    R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"demo-1","choices":[{"index":0,"delta":{"content":" you!"},"finish_reason":null}],"usage":null})";
constexpr std::string_view chat_stop =
    R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"demo-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null})";
constexpr std::string_view chat_length =
    R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"demo-1","choices":[{"index":0,"delta":{},"finish_reason":"length"}],"usage":null})";
constexpr std::string_view chat_filter =
    R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"demo-1","choices":[{"index":0,"delta":{},"finish_reason":"content_filter"}],"usage":null})";
constexpr std::string_view chat_refusal =
    R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"demo-1","choices":[{"index":0,"delta":{"refusal":"I cannot"},"finish_reason":null}]})";
constexpr std::string_view chat_usage =
    R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"demo-1","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":5,"total_tokens":17}})";
constexpr std::string_view chat_error =
    R"({"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}})";
constexpr std::string_view chat_canned =
    R"({"model":"demo-1","choices":[{"index":0,"delta":{"content":"This is a simulated response to: Hi"},"finish_reason":"stop"}]})";

Wire chat(std::string name, std::string keys) {
  return {
      .name = std::move(name),
      .keys = std::move(keys),
      .base = "/v1",
      .request_line = "POST /v1/chat/completions HTTP/1.1",
      .key_header = "Authorization: Bearer demo-key",
      .request_body = R"({"model":"demo-1","messages":[{"role":"user","content":"Hi"}],"max_tokens":16,)"
                      R"("stream":true,"stream_options":{"include_usage":true}})",
      .type = "text/event-stream",
      .stream = data({chat_role, chat_hello, chat_you, chat_stop, chat_usage, "[DONE]"}),
      .whole =
          R"({"id":"c","object":"chat.completion","created":1,"model":"demo-1","choices":[{"index":0,"message":{"role":"assistant","content":"Hello you!","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":5,"total_tokens":17}})",
      .model_line = "GET /v1/models/demo-1 HTTP/1.1",
      .model_body = R"({"id":"demo-1","object":"model","created":1,"owned_by":"x"})",
      .endings =
          {
              {"length under our own cap", data({chat_role, chat_length, chat_usage, "[DONE]"}), "pass "},
              {"empty", data({chat_role, chat_stop, "[DONE]"}), "warn empty_completion"},
              {"filtered", data({chat_hello, chat_filter, "[DONE]"}), "warn content_filter"},
              {"refusal", data({chat_refusal, chat_stop, "[DONE]"}), "warn content_filter"},
              {"truncated", data({chat_role, chat_hello}), "fail truncated"},
              {"error in the middle", data({chat_hello, chat_error}), "fail upstream_error"},
              {"placeholder", data({chat_canned, "[DONE]"}), "fail synthetic"},
              {"no JSON", data({chat_hello, "{\"choices\":["}), "fail protocol"},
          },
      .refusals =
          {
              {401, "",
               R"({"error":{"message":"m","type":"invalid_request_error","param":null,"code":"invalid_api_key"}})",
               "fail auth"},
              {429, "",
               R"({"error":{"message":"m","type":"insufficient_quota","param":null,"code":"credit_balance_exhausted"}})",
               "fail quota"},
              {429, "retry-after: 20\r\n",
               R"({"error":{"message":"m","type":"requests","param":null,"code":"rate_limit_exceeded"}})",
               "fail rate_limited"},
              {404, "",
               R"({"error":{"message":"m","type":"invalid_request_error","param":null,"code":"model_not_found"}})",
               "fail model_not_found"},
              {400, "",
               R"({"error":{"message":"m","type":"invalid_request_error","param":"messages","code":null}})",
               "fail bad_request"},
              {500, "", R"({"error":{"message":"m","type":"server_error","param":null,"code":null}})",
               "fail upstream_error"},
              {503, "",
               R"({"error":{"message":"m","type":"server_error","param":null,"code":"server_is_overloaded"}})",
               "fail overloaded"},
          },
  };
}

Wire openai() {
  Wire wire = chat("openai", "provider: openai");
  wire.request_body =
      R"({"model":"demo-1","messages":[{"role":"user","content":"Hi"}],"max_completion_tokens":16,)"
      R"("stream":true,"stream_options":{"include_usage":true}})";
  return wire;
}

// --- OpenAI's Responses

Wire responses() {
  constexpr std::string_view created =
      R"({"type":"response.created","sequence_number":0,"response":{"id":"r","object":"response","status":"in_progress","model":"demo-1","output":[],"usage":null,"error":null}})";
  constexpr std::string_view hello =
      R"({"type":"response.output_text.delta","sequence_number":4,"item_id":"m","output_index":0,"content_index":0,"delta":"Hello"})";
  constexpr std::string_view you =
      R"({"type":"response.output_text.delta","sequence_number":5,"item_id":"m","output_index":0,"content_index":0,"delta":" you!"})";
  constexpr std::string_view text_done =
      R"({"type":"response.output_text.done","sequence_number":6,"item_id":"m","text":"Hello you!"})";
  constexpr std::string_view completed =
      R"({"type":"response.completed","sequence_number":9,"response":{"id":"r","object":"response","status":"completed","model":"demo-1","error":null,"incomplete_details":null,"output":[{"type":"message","content":[{"type":"output_text","text":"Hello you!"}]}],"usage":{"input_tokens":12,"output_tokens":5,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":17}}})";
  constexpr std::string_view cut =
      R"({"type":"response.incomplete","sequence_number":9,"response":{"status":"incomplete","model":"demo-1","incomplete_details":{"reason":"max_output_tokens"},"usage":{"input_tokens":12,"output_tokens":16}}})";
  constexpr std::string_view filtered =
      R"({"type":"response.incomplete","sequence_number":9,"response":{"status":"incomplete","model":"demo-1","incomplete_details":{"reason":"content_filter"}}})";
  constexpr std::string_view failed =
      R"({"type":"response.failed","sequence_number":9,"response":{"status":"failed","model":"demo-1","error":{"code":"server_error","message":"m"}}})";
  constexpr std::string_view limited =
      R"({"type":"error","sequence_number":1,"code":"rate_limit_exceeded","message":"m","param":null})";
  constexpr std::string_view refusal =
      R"({"type":"response.refusal.delta","sequence_number":4,"delta":"I cannot"})";
  Wire wire = openai();
  wire.name = "openai_responses";
  wire.keys = "provider: openai_responses";
  wire.request_line = "POST /v1/responses HTTP/1.1";
  wire.request_body = R"({"model":"demo-1","input":"Hi","max_output_tokens":16,"stream":true,"store":false})";
  wire.stream = named({{"response.created", created},
                       {"response.output_text.delta", hello},
                       {"response.output_text.delta", you},
                       {"response.output_text.done", text_done},
                       {"response.completed", completed}});
  wire.whole =
      R"({"id":"r","object":"response","status":"completed","model":"demo-1","error":null,"incomplete_details":null,"output":[{"type":"reasoning","summary":[]},{"type":"message","content":[{"type":"output_text","text":"Hello you!","annotations":[]}]}],"usage":{"input_tokens":12,"output_tokens":5,"total_tokens":17}})";
  wire.endings = {
      {"length under our own cap", named({{"response.created", created}, {"response.incomplete", cut}}),
       "pass "},
      {"empty", named({{"response.completed", completed}}), "warn empty_completion"},
      {"filtered", named({{"response.output_text.delta", hello}, {"response.incomplete", filtered}}),
       "warn content_filter"},
      {"refusal", named({{"response.refusal.delta", refusal}, {"response.completed", completed}}),
       "warn content_filter"},
      {"no terminal event",
       named({{"response.output_text.delta", hello}, {"response.output_text.done", text_done}}),
       "fail truncated"},
      {"no [DONE] either", named({{"response.output_text.delta", hello}}) + data({"[DONE]"}),
       "fail protocol"},
      {"failed", named({{"response.output_text.delta", hello}, {"response.failed", failed}}),
       "fail upstream_error"},
      {"error in the middle", named({{"response.created", created}, {"error", limited}}),
       "fail rate_limited"},
  };
  return wire;
}

// --- Anthropic

Wire anthropic(std::string version) {
  constexpr std::string_view start =
      R"({"type":"message_start","message":{"id":"msg","type":"message","role":"assistant","model":"demo-1","content":[],"stop_reason":null,"usage":{"input_tokens":12,"output_tokens":1}}})";
  constexpr std::string_view block =
      R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})";
  constexpr std::string_view hello =
      R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}})";
  constexpr std::string_view thinking =
      R"({"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}})";
  constexpr std::string_view you =
      R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" you!"}})";
  constexpr std::string_view block_stop = R"({"type":"content_block_stop","index":0})";
  constexpr std::string_view end_turn =
      R"({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":5}})";
  constexpr std::string_view most =
      R"({"type":"message_delta","delta":{"stop_reason":"max_tokens","stop_sequence":null},"usage":{"output_tokens":16}})";
  constexpr std::string_view refusal =
      R"({"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{}},"usage":{"output_tokens":1}})";
  constexpr std::string_view stop = R"({"type":"message_stop"})";
  constexpr std::string_view overloaded =
      R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})";
  const auto error = [](std::string_view type, std::string_view details = "") {
    return R"({"type":"error","error":{"type":")" + std::string(type) + R"(","message":"m")" +
           std::string(details) + R"(},"request_id":"req_1"})";
  };
  return {
      .name = "anthropic " + version,
      .keys = "provider: anthropic\n    anthropic_version: '" + version + "'",
      .base = "",
      .request_line = "POST /v1/messages HTTP/1.1",
      .key_header = "x-api-key: demo-key",
      .request_body =
          R"({"model":"demo-1","messages":[{"role":"user","content":"Hi"}],"max_tokens":16,"stream":true})",
      .type = "text/event-stream; charset=utf-8",
      .stream = named({{"message_start", start},
                       {"content_block_start", block},
                       {"ping", R"({"type":"ping"})"},
                       {"content_block_delta", hello},
                       {"content_block_delta", you},
                       {"news_of_2027", R"({"type":"news_of_2027","x":1})"},
                       {"content_block_stop", block_stop},
                       {"message_delta", end_turn},
                       {"message_stop", stop}}),
      .whole =
          R"({"id":"msg","type":"message","role":"assistant","model":"demo-1","content":[{"type":"text","text":"Hello you!"}],"stop_reason":"end_turn","usage":{"input_tokens":12,"output_tokens":5}})",
      .model_line = "GET /v1/models/demo-1 HTTP/1.1",
      .model_body = R"({"id":"demo-1","type":"model","display_name":"Demo"})",
      .endings =
          {
              {"length under our own cap",
               named({{"message_start", start},
                      {"content_block_delta", thinking},
                      {"message_delta", most},
                      {"message_stop", stop}}),
               "pass "},
              {"empty",
               named({{"message_start", start}, {"message_delta", end_turn}, {"message_stop", stop}}),
               "warn empty_completion"},
              {"refusal",
               named({{"content_block_delta", hello}, {"message_delta", refusal}, {"message_stop", stop}}),
               "warn content_filter"},
              {"no message_stop", named({{"content_block_delta", hello}, {"message_delta", end_turn}}),
               "fail truncated"},
              {"error in the middle", named({{"content_block_delta", hello}, {"error", overloaded}}),
               "fail overloaded"},
          },
      .refusals =
          {
              {400, "", error("invalid_request_error"), "fail bad_request"},
              {401, "", error("authentication_error"), "fail auth"},
              {402, "", error("billing_error"), "fail quota"},
              {403, "", error("permission_error"), "fail auth"},
              {404, "", error("not_found_error"), "fail model_not_found"},
              {413, "", error("request_too_large"), "fail bad_request"},
              {429, "retry-after: 20\r\n", error("rate_limit_error"), "fail rate_limited"},
              {429, "", error("rate_limit_error"), "fail quota"},
              {429, "retry-after: 20\r\n",
               error("rate_limit_error", R"(,"details":{"error_code":"enforced_spend_limit_reached"})"),
               "fail quota"},
              {500, "", error("api_error"), "fail upstream_error"},
              {504, "", error("timeout_error"), "fail upstream_error"},
              {529, "", error("overloaded_error"), "fail overloaded"},
          },
  };
}

// --- Gemini

Wire gemini() {
  constexpr std::string_view hello =
      R"({"candidates":[{"content":{"parts":[{"text":"Hello"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":12,"totalTokenCount":12},"modelVersion":"demo-1"})";
  constexpr std::string_view you =
      R"({"candidates":[{"content":{"parts":[{"text":"thinking","thought":true},{"text":" you!"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":12,"candidatesTokenCount":3,"thoughtsTokenCount":2,"totalTokenCount":17},"modelVersion":"demo-1"})";
  const auto finished = [](std::string_view reason) {
    return R"({"candidates":[{"finishReason":")" + std::string(reason) +
           R"(","index":0}],"usageMetadata":{"promptTokenCount":12},"modelVersion":"demo-1"})";
  };
  const auto error = [](unsigned code, std::string_view status, std::string_view details = "") {
    return R"({"error":{"code":)" + std::to_string(code) + R"(,"message":"m","status":")" +
           std::string(status) + "\"" + std::string(details) + "}}";
  };
  return {
      .name = "gemini",
      .keys = "provider: gemini",
      .base = "",
      .request_line = "POST /v1beta/models/demo-1:streamGenerateContent?alt=sse HTTP/1.1",
      .key_header = "x-goog-api-key: demo-key",
      .request_body =
          R"({"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"generationConfig":{"maxOutputTokens":16}})",
      .type = "text/event-stream",
      .stream = data({hello, you}),
      .whole =
          R"({"candidates":[{"content":{"parts":[{"text":"Hello you!"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":12,"candidatesTokenCount":5},"modelVersion":"demo-1"})",
      .model_line = "GET /v1beta/models/demo-1 HTTP/1.1",
      .model_body = R"({"name":"models/demo-1","displayName":"Demo"})",
      .endings =
          {
              {"length under our own cap", data({finished("MAX_TOKENS")}), "pass "},
              {"empty", data({finished("STOP")}), "warn empty_completion"},
              {"filtered", data({hello, finished("SAFETY")}), "warn content_filter"},
              {"blocked", data({R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}})"}),
               "warn content_filter"},
              {"no finishReason", data({hello}), "fail truncated"},
              {"error in the middle", data({hello, error(503, "UNAVAILABLE")}), "fail overloaded"},
          },
      .refusals =
          {
              {400, "",
               error(
                   400, "INVALID_ARGUMENT",
                   R"(,"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}])"),
               "fail auth"},
              {400, "", error(400, "INVALID_ARGUMENT"), "fail bad_request"},
              {402, "", error(402, "RESOURCE_EXHAUSTED"), "fail quota"},
              {403, "", error(403, "PERMISSION_DENIED"), "fail auth"},
              {404, "", error(404, "NOT_FOUND"), "fail model_not_found"},
              {429, "",
               error(
                   429, "RESOURCE_EXHAUSTED",
                   R"(,"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}])"),
               "fail rate_limited"},
              {500, "", error(500, "INTERNAL"), "fail upstream_error"},
              {503, "", error(503, "UNAVAILABLE"), "fail overloaded"},
              {504, "", error(504, "DEADLINE_EXCEEDED"), "fail upstream_error"},
          },
  };
}

// --- Azure

Wire azure(bool classic) {
  Wire wire = openai();
  wire.name = classic ? "azure classic" : "azure v1";
  wire.keys = classic ? "provider: azure\n    azure_api: classic" : "provider: azure";
  wire.base = "";
  wire.request_line = classic
                          ? "POST /openai/deployments/demo-1/chat/completions?api-version=2024-10-21 HTTP/1.1"
                          : "POST /openai/v1/chat/completions HTTP/1.1";
  wire.key_header = "api-key: demo-key";
  wire.model_line =
      classic ? "GET /openai/models?api-version=2024-10-21 HTTP/1.1" : "GET /openai/v1/models HTTP/1.1";
  wire.model_body = R"({"object":"list","data":[{"id":"gpt-5"}]})";
  constexpr std::string_view prompt_filter =
      R"({"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}]})";
  wire.stream = data({prompt_filter, chat_role, chat_hello, chat_you, chat_stop, chat_usage, "[DONE]"});
  wire.refusals.push_back(
      {400, "",
       R"({"error":{"code":"content_filter","message":"m","param":"prompt","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}})",
       "warn content_filter"});
  wire.refusals.push_back(
      {404, "", R"({"error":{"code":"DeploymentNotFound","message":"The API deployment does not exist."}})",
       "fail model_not_found"});
  wire.refusals.push_back(
      {429, "retry-after-ms: 1500\r\n", R"({"error":{"code":"429","message":"m"}})", "fail rate_limited"});
  return wire;
}

// --- Ollama

Wire ollama() {
  constexpr std::string_view hello =
      R"({"model":"demo-1","created_at":"2026-11-22T12:00:00Z","message":{"role":"assistant","content":"Hello"},"done":false})";
  constexpr std::string_view you =
      R"({"model":"demo-1","created_at":"2026-11-22T12:00:00Z","message":{"role":"assistant","content":" you!"},"done":false})";
  constexpr std::string_view stop =
      R"({"model":"demo-1","created_at":"2026-11-22T12:00:00Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":5000000,"load_duration":1,"prompt_eval_count":12,"prompt_eval_duration":1,"eval_count":5,"eval_duration":1})";
  constexpr std::string_view length =
      R"({"model":"demo-1","message":{"role":"assistant","content":""},"done":true,"done_reason":"length","prompt_eval_count":12,"eval_count":16})";
  const auto lines = [](std::initializer_list<std::string_view> each) {
    std::string text;
    for (const std::string_view line : each) text.append(line).append("\n");
    return text;
  };
  return {
      .name = "ollama",
      .keys = "provider: ollama",
      .base = "",
      .request_line = "POST /api/chat HTTP/1.1",
      .key_header = "Authorization: Bearer demo-key",
      .request_body =
          R"({"model":"demo-1","messages":[{"role":"user","content":"Hi"}],"stream":true,"options":{"num_predict":16}})",
      .type = "application/x-ndjson",
      .stream = lines({hello, you, stop}),
      .whole =
          R"({"model":"demo-1","message":{"role":"assistant","content":"Hello you!"},"done":true,"done_reason":"stop","prompt_eval_count":12,"eval_count":5})",
      .model_line = "GET /api/tags HTTP/1.1",
      .model_body = R"({"models":[{"name":"other:7b"},{"name":"demo-1:latest","model":"demo-1:latest"}]})",
      .endings =
          {
              {"length under our own cap", lines({length}), "pass "},
              {"empty", lines({stop}), "warn empty_completion"},
              {"truncated", lines({hello, you}), "fail truncated"},
              {"a last line without its end", lines({hello}) + std::string(stop), "pass "},
              {"error in the middle",
               lines({hello, R"({"error":"an error was encountered while running the model"})"}),
               "fail upstream_error"},
              {"no JSON", lines({hello, "{\"message\":"}), "fail protocol"},
          },
      .refusals =
          {
              {400, "", R"({"error":"invalid options"})", "fail bad_request"},
              {404, "", R"({"error":"model 'demo-1' not found"})", "fail model_not_found"},
              {429, "", R"({"error":"too many requests"})", "fail rate_limited"},
              {500, "", R"({"error":"llama runner process has terminated"})", "fail upstream_error"},
              {502, "", R"({"error":"cannot reach the cloud"})", "fail upstream_error"},
              {503, "", R"({"error":"server busy, please try again"})", "fail overloaded"},
          },
  };
}

// --- servers of one's own

Wire vllm() {
  Wire wire = chat("vllm", "provider: vllm");
  wire.base = "";
  wire.refusals.push_back(
      {404, "",
       R"({"object":"error","message":"The model `demo-1` does not exist.","type":"NotFoundError","param":null,"code":404})",
       "fail model_not_found"});
  wire.refusals.push_back({400, "",
                           R"({"error":{"message":"m","type":"BadRequestError","param":null,"code":400}})",
                           "fail bad_request"});
  return wire;
}

Wire llamacpp() {
  Wire wire = chat("llamacpp", "provider: llamacpp");
  wire.refusals.push_back({503, "",
                           R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})",
                           "fail overloaded"});
  return wire;
}

}  // namespace

std::span<const Wire> wires() {
  static const std::vector<Wire> all = {
      openai(),
      responses(),
      anthropic("2026-10-21"),
      anthropic("2023-06-01"),
      gemini(),
      azure(false),
      azure(true),
      ollama(),
      vllm(),
      llamacpp(),
      chat("litellm", "provider: litellm"),
      chat("openai_compatible", "provider: openai_compatible"),
  };
  return all;
}

}  // namespace answerback::probes
