#include "platform/services.h"

#include <boost/json.hpp>

#include "platform/arithmetic.h"

namespace demo {
namespace {

namespace json = boost::json;

json::object tool_named(std::string_view name, std::string_view description, std::string_view argument) {
  return {{"name", name},
          {"description", description},
          {"inputSchema",
           {{"type", "object"},
            {"properties", {{argument, {{"type", "string"}}}}},
            {"required", json::array{argument}}}}};
}

json::array tools(const Faults& faults) {
  json::array all{tool_named("notes", "What a note of the user's says", "name")};
  if (!faults.on(Fault::missing_tool))
    all.push_back(tool_named("calculator", "Multiplies two numbers", "question"));
  return all;
}

json::object said(std::string_view text, bool error = false) {
  json::object result{{"content", json::array{json::object{{"type", "text"}, {"text", text}}}}};
  if (error) result["isError"] = true;
  return result;
}

json::object called(const json::object& params, const Faults& faults) {
  const json::value* name = params.if_contains("name");
  if (!name || *name != "calculator" || faults.on(Fault::missing_tool))
    return said("there is no such tool", true);
  boost::system::error_code ignored;
  const json::value whole(params);
  const json::value* question = whole.find_pointer("/arguments/question", ignored);
  const auto found = question && question->is_string()
                         ? find_multiplication(std::string(question->get_string()))
                         : std::nullopt;
  return found ? said(product_sentence(*found, found->product())) : said("I can multiply two numbers", true);
}

Reply rpc(unsigned status, const json::value& id, std::string_view key, json::object what) {
  return {.status = status,
          .body = json::serialize(json::object{{"jsonrpc", "2.0"}, {"id", id}, {key, std::move(what)}})};
}

}  // namespace

Reply dispatch_tool(const Request& request, const Faults& faults) {
  boost::system::error_code error;
  const json::value body = json::parse(request.body, error);
  const json::object* message = error ? nullptr : body.if_object();
  const json::value* method = message ? message->if_contains("method") : nullptr;
  const json::value* id = message ? message->if_contains("id") : nullptr;
  if (!method || !method->is_string() || !id)
    return rpc(400, nullptr, "error", {{"code", -32600}, {"message", "Invalid Request"}});
  const json::value* params = message->if_contains("params");
  const json::object given = params && params->is_object() ? params->get_object() : json::object();
  json::object result;
  if (*method == "server/discover")
    result = {
        {"supportedVersions", json::array{"2026-07-28"}},
        {"capabilities", {{"tools", json::object()}}},
        {"_meta", {{"io.modelcontextprotocol/serverInfo", {{"name", "demo-dispatcher"}, {"version", "1"}}}}}};
  else if (*method == "tools/list")
    result = {{"tools", tools(faults)}};
  else if (*method == "tools/call")
    result = called(given, faults);
  else
    return rpc(404, *id, "error", {{"code", -32601}, {"message", "Method not found"}});
  result["resultType"] = "complete";
  return rpc(200, *id, "result", std::move(result));
}

Reply list_agents(const Faults& faults) {
  const bool mocks = faults.on(Fault::mock_registry);
  json::array agents;
  for (const std::string_view name : {"triage", "research", "demo_agent"})
    agents.push_back({{"name", name}, {"class", mocks ? "MockAgent" : "LlmAgent"}, {"status", "active"}});
  return {.body = json::serialize(json::object{{"agents", std::move(agents)}})};
}

}  // namespace demo
