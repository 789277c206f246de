#include "probes/llm/look.h"

#include "model/text.h"
#include "probes/llm/receive.h"

namespace answerback::probes {
namespace {

constexpr std::string_view prompt_to_count = "Hello, what can you help me with today?";

using Answer = std::expected<net::HttpResponse, LlmRefused>;

// The answer, whatever its status.
asio::awaitable<Answer> ask(LlmLooker at, LlmAsk what) {
  auto request = at.settings.provider->request(what, prompt_to_count, at.key);
  if (!request) co_return std::unexpected(LlmRefused{{Reason::internal, "no such call"}});
  request->limits.body_bytes = LlmReceiver::body_cap;
  at.run.frame("request", request_evidence(*request));
  auto response = co_await net::fetch(at.run, at.transport, *request);
  if (!response) co_return std::unexpected(LlmRefused{std::move(response).error()});
  response->body = at.settings.secrets.taken_out_of(std::move(response->body));
  co_return *std::move(response);
}

LlmRefused refused(const LlmLooker& at, net::HttpResponse response) {
  Failure failure = at.settings.provider->read_error(response);
  return {std::move(failure), std::move(response)};
}

asio::awaitable<LlmLook> reach(LlmLooker at) {
  Answer answer = co_await ask(at, LlmAsk::edge);
  if (!answer) co_return std::unexpected(std::move(answer).error());
  if (answer->status / 100 == 2) co_return "the edge answers without a key";
  if (answer->status == 401 || answer->status == 403)
    co_return "the edge answers, status " + std::to_string(answer->status) + " without a key";
  LlmRefused edge = refused(at, *std::move(answer));
  // Gemini says 403 or 400 to who shows no key: it is there, all the same.
  if (edge.failure.reason == Reason::auth) co_return "the edge answers, and wants a key";
  if (edge.failure.reason == Reason::model_not_found) edge.failure.reason = Reason::bad_request;  // of a 404
  co_return std::unexpected(std::move(edge));
}

asio::awaitable<LlmLook> access(LlmLooker at) {
  const LlmProvider& provider = *at.settings.provider;
  LlmAsk asked = LlmAsk::model;
  Answer answer = co_await ask(at, asked);
  if (answer && provider.unknown_call(*answer)) {
    asked = LlmAsk::models;
    answer = co_await ask(at, asked);
  }
  if (!answer) co_return std::unexpected(std::move(answer).error());
  if (answer->status / 100 != 2) co_return std::unexpected(refused(at, *std::move(answer)));
  if (auto missing = provider.model_missing(asked, answer->body))
    co_return std::unexpected(LlmRefused{*std::move(missing), *std::move(answer)});
  co_return (provider.access_unproved().empty() ? "access to model " : "the key is good for ") +
      one_line(at.settings.expect.model, 80);
}

asio::awaitable<LlmLook> count_tokens(LlmLooker at) {
  Answer answer = co_await ask(at, LlmAsk::count);
  if (!answer) co_return std::unexpected(std::move(answer).error());
  if (answer->status / 100 != 2) co_return std::unexpected(refused(at, *std::move(answer)));
  const auto tokens = at.settings.provider->counted(answer->body);
  if (!tokens)
    co_return std::unexpected(
        LlmRefused{{Reason::protocol, "no count of tokens: " + one_line(answer->body, 120)}, *answer});
  co_return std::to_string(*tokens) + " tokens counted by model " + one_line(at.settings.expect.model, 80);
}

std::string without_query(const net::Url& url) {
  const std::string text = url.text();
  return text.substr(0, text.find('?'));
}

}  // namespace

asio::awaitable<LlmLook> look(LlmLooker at, LlmDepth depth) {
  LlmLook seen = depth == LlmDepth::reach    ? co_await reach(at)
                 : depth == LlmDepth::access ? co_await access(at)
                                             : co_await count_tokens(at);
  if (seen) {
    at.ladder.proved(depth, *seen);
  } else {
    at.ladder.failed(depth, seen.error().failure, seen.error().response.status != 0);
  }
  co_return seen;
}

asio::awaitable<std::expected<LlmServerState, LlmRefused>> look_at_server(LlmLooker at) {
  const LlmSettings& settings = at.settings;
  LlmServerState state;
  if (settings.server_health) {
    Answer answer = co_await ask(at, LlmAsk::health);
    if (!answer) co_return std::unexpected(std::move(answer).error());
    if (auto ill = settings.provider->unhealthy(*answer)) {
      ill->detail.insert(0, "the server's own health: ");
      co_return std::unexpected(LlmRefused{*std::move(ill), *std::move(answer)});
    }
  }
  if (!settings.server_load && !settings.most_waiting) co_return state;
  const Answer answer = co_await ask(at, LlmAsk::load);
  if (!answer || answer->status / 100 != 2) {
    state.words = "its load is not told" + (answer ? ", status " + std::to_string(answer->status)
                                                   : ": " + answer.error().failure.detail);
    at.run.frame("server", state.words);
    co_return state;
  }
  const LlmLoad load = settings.provider->read_load(answer->body);
  state.waiting = load.waiting;
  state.words = load.words;
  const auto say = [&](const std::optional<double>& number, std::string_view what) {
    if (!number) return;
    state.words +=
        (state.words.empty() ? "" : ", ") + std::to_string(static_cast<std::int64_t>(*number)) + " ";
    state.words += what;
  };
  say(load.running, "requests running");
  say(load.waiting, "waiting");
  if (load.loaded && !*load.loaded)
    state.words += "; " + one_line(settings.expect.model, 60) + " is not, the first answer waits for it";
  if (load.waiting) at.run.evidence.measure(Measure::requests_waiting, *load.waiting);
  at.run.frame("server", state.words);
  co_return state;
}

std::string request_evidence(const net::HttpRequest& request) {
  return request.method + " " + without_query(request.url) +
         (request.body.empty() ? "" : "\n\n" + request.body);
}

std::string response_evidence(const net::HttpResponse& response) {
  std::string text = "HTTP " + std::to_string(response.status);
  for (const std::string_view name :
       {"content-type", "retry-after", "retry-after-ms", "server", "x-request-id", "request-id"}) {
    if (const std::string* value = net::find_header(response.headers, name))
      text.append("\n").append(name).append(": ").append(one_line(*value, 200));
  }
  return text.append("\n\n").append(response.body, 0, Evidence::frame_cap);
}

}  // namespace answerback::probes
