#include "probes/mcp/settings.h"

#include <algorithm>

#include "model/text.h"

namespace answerback::probes {
namespace {

void read_mcp_call(config::Fields& fields, McpSettings& settings) {
  config::Fields call = fields.child("call", "a tool that is called, and must be harmless");
  settings.plan.tool = call.text("tool", "", "its name");
  if (const auto text = call.json("arguments", "what it is given; {} where left out")) {
    if (auto arguments = object_in(*text))
      settings.plan.arguments = *std::move(arguments);
    else
      call.error("arguments", "wants a mapping");
  }
  if (const auto text =
          call.json("expect", "what its result holds, as in expect.json of http: {/content/0/text: Hello}")) {
    if (auto rules = JsonExpect::parse(*text))
      settings.answer = *std::move(rules);
    else
      call.error("expect", rules.error());
  }
  if (settings.plan.tool.empty()) {
    if (fields.has("call")) call.error("tool", "required: the tool that is called");
    return;
  }
  settings.plan.kept.insert(settings.plan.tool);
  if (std::ranges::count(settings.tools, settings.plan.tool) == 0)
    settings.tools.push_back(settings.plan.tool);
}

void read_mcp_schemas(config::Fields& fields, McpSettings& settings) {
  const auto text = fields.json(
      "schemas", "what a tool must be like: {search: {/inputSchema/properties/query/type: string}}");
  if (!text) return;
  const auto schemas = object_in(*text);
  if (!schemas) return fields.error("schemas", "wants a mapping of tools to JSON pointers");
  for (const auto& [key, rules] : *schemas) {
    const std::string tool(key);
    auto expect = JsonExpect::parse(json::serialize(rules));
    if (!expect) {
      fields.error("schemas", one_line(tool, 60) + ": " + expect.error());
      continue;
    }
    settings.plan.kept.emplace(tool);
    if (std::ranges::count(settings.tools, tool) == 0) settings.tools.emplace_back(tool);
    settings.schemas.emplace_back(tool, *std::move(expect));
  }
}

void read_mcp_program(config::Fields& fields, McpSettings& settings) {
  settings.command = fields.texts(
      "command", "a server that speaks over its standard streams: [program, arguments…]; in place of url");
  settings.environment =
      fields.secret_map("environment", "of that program, beside PATH and LANG: nothing of ours is handed on");
  for (const auto& [name, value] : settings.environment) {
    if (name.empty() || name.contains('='))
      fields.error("environment", "no name of a variable: " + one_line(name, 40));
    if (value.reveal().contains('\0'))
      fields.error("environment", "the value of " + one_line(name, 40) + " holds a NUL");
  }
}

}  // namespace

McpSettings read_mcp_settings(config::Fields& fields) {
  McpSettings settings;
  settings.endpoint =
      read_endpoint(fields, "of the server over HTTP, as https://tools/mcp", {"http", "https"}, false);
  read_mcp_program(fields, settings);
  settings.plan.events =
      fields.one_of("transport", "http", {"http", "sse"},
                    "streamable HTTP, or the one before: url opens a stream of events, messages are posted "
                    "where its first event says") == "sse";
  settings.plan.sessions_first = settings.plan.events;
  std::vector<std::string> versions{"auto", std::string(mcp_stateless)};
  for (const std::string_view version : mcp_session_versions()) versions.emplace_back(version);
  settings.plan.version = fields.one_of(
      "version", "auto", versions, "of the protocol that must be spoken; auto: the newest that both know");
  if (settings.plan.version == "auto") settings.plan.version.clear();
  if (settings.plan.events && settings.plan.version == mcp_stateless)
    fields.error("version", "was never spoken over transport: sse");
  settings.tools = fields.texts("tools", "names of tools that must be there");
  read_mcp_schemas(fields, settings);
  read_mcp_call(fields, settings);
  settings.drift = fields.flag("drift", true, "warn once where a tool has changed, come or gone");
  config::Fields slow = fields.child("slow", "bounds on the time taken");
  settings.slow = read_slow(slow);
  config::Fields certificate = fields.child("certificate", "bounds on the certificate's age");
  settings.certificate = read_certificate(certificate);

  if (fields.describes()) return settings;
  if (fields.has("url") == fields.has("command"))
    fields.error("url", fields.has("url") ? "url or command, not both" : "url or command is required");
  if (fields.has("command")) {
    if (settings.command.empty() || settings.command.front().empty())
      fields.error("command", "wants [program, arguments…]");
    for (const std::string_view key : {"headers", "credentials", "tls_config", "certificate", "transport"})
      if (fields.has(key)) fields.error(key, "has no effect with command");
  } else if (fields.has("environment")) {
    fields.error("environment", "has no effect without command");
  }
  return settings;
}

}  // namespace answerback::probes
