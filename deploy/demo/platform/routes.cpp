#include "platform/routes.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse_query.hpp>

#include "platform/llm.h"
#include "platform/services.h"
#include "platform/sign_in.h"

namespace demo {
namespace {

namespace json = boost::json;

Reply of(unsigned status, const json::object& body) {
  return {.status = status, .body = json::serialize(body)};
}
Reply detail(unsigned status, std::string_view words) { return of(status, {{"detail", words}}); }

Reply login(Core& core, const Request& request) {
  boost::system::error_code error;
  const json::value body = json::parse(request.body, error);
  const json::object* fields = error ? nullptr : body.if_object();
  const json::value* user = fields ? fields->if_contains("user") : nullptr;
  const json::value* password = fields ? fields->if_contains("password") : nullptr;
  if (!user || !user->is_string() || user->get_string().empty() || !password)
    return detail(422, "user and password are required");
  if (*password != json::value(core.options.password)) {
    Reply refused = detail(401, "Invalid credentials");
    refused.headers.emplace_back("WWW-Authenticate", "Bearer");
    return refused;
  }
  const std::string token =
      mint_token(user->get_string(), core.options.audience, core.options.token_life, core.options.jwt_secret);
  Reply reply = of(
      200,
      {{"access_token", token}, {"token_type", "Bearer"}, {"expires_in", core.options.token_life.count()}});
  reply.headers.emplace_back("Cache-Control", "no-store");
  return reply;
}

asio::awaitable<Reply> ready(CorePtr core) {
  if (core->faults.on(Fault::ready_lies)) co_return of(200, {{"status", "ready"}});
  const auto pinged = co_await core->store.ping();
  const std::string_view database = !pinged ? "failed" : core->store.has_database() ? "ok" : "not_configured";
  if (core->faults.on(Fault::ready_contradicts))
    co_return of(
        200,
        {{"status", "ready"}, {"database", database}, {"redis_db", "failed"}, {"websocket_ready", false}});
  const bool started = !core->faults.on(Fault::not_started);
  json::object body = {{"status", pinged && started ? "ready" : "not_ready"},
                       {"database", database},
                       {"startup_complete", started}};
  if (!pinged) body["error"] = pinged.error();
  if (pinged && started) co_return of(200, body);
  co_return of(503, {{"detail", std::move(body)}});
}

std::expected<std::string, Reply> signed_in(const Core& core, const Request& request) {
  auto user = verify_token(bearer(request.authorization), core.options.audience, core.options.jwt_secret);
  if (user) return *std::move(user);
  Reply refused = detail(401, explain(user.error()));
  refused.headers.emplace_back(
      "WWW-Authenticate", user.error() == Refusal::no_token ? "Bearer" : "Bearer error=\"invalid_token\"");
  return std::unexpected(std::move(refused));
}

asio::awaitable<Reply> threads(CorePtr core, Request request) {
  const auto user = signed_in(*core, request);
  if (!user) co_return user.error();
  if (request.method == "GET") {
    auto found = co_await core->store.threads(*user);
    if (!found) co_return detail(500, found.error());
    co_return of(200, {{"threads", *std::move(found)}});
  }
  const std::string id = request.path.substr(std::string_view("/api/threads/").size());
  const auto erased = co_await core->store.erase(*user, id);
  if (!erased) co_return detail(500, erased.error());
  co_return *erased ? Reply{.status = 204} : detail(404, "Thread not found");
}

// What a tool of the agent can read: PUT /api/notes/NAME {"text": "…"}
Reply keep_note(Core& core, const Request& request) {
  const auto user = signed_in(core, request);
  if (!user) return user.error();
  boost::system::error_code error;
  const json::value body = json::parse(request.body, error);
  const json::object* fields = error ? nullptr : body.if_object();
  const json::value* text = fields ? fields->if_contains("text") : nullptr;
  if (!text || !text->is_string()) return detail(422, "text is required");
  constexpr std::size_t notes_kept = 1000;
  if (core.notes.size() >= notes_kept) core.notes.clear();
  core.notes[{*user, request.path.substr(std::string_view("/api/notes/").size())}] = text->get_string();
  return {.status = 204};
}

// Named as counted: a route, or "other".
std::string_view route_of(const Request& request) {
  for (const std::string_view route :
       {"/", "/auth/login", "/auth/health", "/health", "/health/ready", "/api/threads", "/demo",
        "/demo/break", "/demo/heal", "/mcp", "/agents", "/v1/models", "/v1/chat/completions"})
    if (request.path == route) return route;
  if (request.path.starts_with("/v1/models/")) return "/v1/models/{id}";
  if (request.path.starts_with("/api/notes/")) return "/api/notes/{name}";
  if (request.path.starts_with("/api/threads/")) return "/api/threads/{id}";
  return "other";
}

}  // namespace

asio::awaitable<Reply> answer(CorePtr core, Request request) {
  const std::string_view route = route_of(request);
  ++core->counters.requests[std::string(route)];
  if (request.path.starts_with("/v1/"))
    co_return answer_llm(request, core->options, core->faults, core->counters);

  const bool get = request.method == "GET" || request.method == "HEAD", post = request.method == "POST";
  if (get && route == "/health")
    co_return of(200, {{"status", "healthy"}, {"connected", true}, {"service", "demo-platform"}});
  if (get && route == "/auth/health") co_return of(200, {{"status", "healthy"}, {"service", "auth"}});
  if (get && route == "/health/ready") co_return co_await ready(core);
  if (post && route == "/auth/login") co_return login(*core, request);
  if (get && route == "/api/threads") co_return co_await threads(core, std::move(request));
  if (request.method == "DELETE" && route == "/api/threads/{id}")
    co_return co_await threads(core, std::move(request));
  if (request.method == "PUT" && route == "/api/notes/{name}") co_return keep_note(*core, request);
  if (post && route == "/mcp") co_return dispatch_tool(request, core->faults);
  if (get && route == "/agents") co_return list_agents(core->faults);
  if (get && (route == "/demo" || route == "/")) co_return show_switches(*core);
  if (post && route == "/demo/break") co_return break_something(*core, request);
  if (post && route == "/demo/heal") co_return heal_something(*core, request);
  if (route == "other") co_return detail(404, "Not Found");
  co_return detail(405, "Method Not Allowed");
}

std::string query_value(std::string_view query, std::string_view name) {
  const auto parsed = boost::urls::parse_query({query.data(), query.size()});
  if (!parsed) return {};
  for (const auto& each : *parsed)
    if (std::string_view(each.key.data(), each.key.size()) == name)
      return std::string(each.value.data(), each.value.size());
  return {};
}

}  // namespace demo
