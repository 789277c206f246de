#include "probes/mcp/message.h"

#include <algorithm>
#include <array>

#include "model/text.h"

namespace answerback::probes {
namespace {

constexpr std::array<std::string_view, 3> session_versions{"2025-11-25", "2025-06-18", "2025-03-26"};

std::string mcp_base64(std::string_view bytes) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      text += i + k > bytes.size() ? '=' : alphabet[group >> (18U - 6U * k) & 0x3FU];
  }
  return text;
}

Reason reason_of(std::int64_t code) {
  switch (static_cast<McpCode>(code)) {
    case McpCode::method_not_found: return Reason::request_unrecognised;
    case McpCode::parse_error:
    case McpCode::invalid_request:
    case McpCode::invalid_params: return Reason::bad_request;
    case McpCode::header_mismatch:
    case McpCode::missing_capability:
    case McpCode::unsupported_version: return Reason::protocol;
    case McpCode::internal_error: break;
  }
  return Reason::upstream_error;
}

}  // namespace

std::span<const std::string_view> mcp_session_versions() { return session_versions; }
bool is_mcp_session_version(std::string_view version) {
  return std::ranges::count(session_versions, version) > 0;
}

McpMessage read_mcp(json::object message) {
  McpMessage read;
  if (text_at(&message, "jsonrpc") != "2.0") return read;
  if (const json::value* id = message.if_contains("id"))
    if (!id->is_structured()) read.id = *id;
  if (const json::value* method = message.if_contains("method")) {
    if (!method->is_string()) return read;
    read.method = one_line(std::string_view(method->get_string()), 100);
    read.kind = read.id.is_null() ? McpMessage::Kind::notification : McpMessage::Kind::request;
    return read;
  }
  for (const auto& [key, kind] :
       {std::pair{"error", McpMessage::Kind::error}, std::pair{"result", McpMessage::Kind::result}}) {
    json::value* body = message.if_contains(key);
    if (!body || !body->is_object()) continue;
    read.kind = kind;
    read.body = std::move(body->get_object());
    return read;
  }
  return read;
}

std::string write_mcp(std::string_view method, const json::value& id, json::object params) {
  json::object message{{"jsonrpc", "2.0"}};
  if (!id.is_null()) message["id"] = id;
  message["method"] = method;
  if (!params.empty()) message["params"] = std::move(params);
  return json::serialize(message);
}

std::string mcp_reply(const McpMessage& request) {
  json::object answer{{"jsonrpc", "2.0"}, {"id", request.id}};
  if (request.method == "ping")
    answer["result"] = json::object();
  else
    answer["error"] = {{"code", static_cast<std::int64_t>(McpCode::method_not_found)},
                       {"message", "Method not found"}};
  return json::serialize(answer);
}

std::int64_t code_of(const json::object& error) {
  const json::value* code = error.if_contains("code");
  return code && code->is_int64() ? code->get_int64() : 0;
}

Failure mcp_failure(const json::object& error, std::string_view doing) {
  std::string detail = std::string(doing) + " was answered with error " + std::to_string(code_of(error));
  if (const std::string message = text_at(&error, "message"); !message.empty())
    detail += ": " + one_line(message, 200);
  const json::object* data = object_at(&error, "data");
  if (const json::array* supported = array_at(data, "supported"))
    detail += ", supported: " + one_line(json::serialize(*supported), 100);
  return {reason_of(code_of(error)), std::move(detail)};
}

std::string mcp_header_value(std::string_view value) {
  const auto plain = [](char c) { return c >= 0x20 && c < 0x7f; };
  const bool padded = value.starts_with(' ') || value.ends_with(' ');
  if (!padded && std::ranges::all_of(value, plain) && !value.starts_with("=?base64?"))
    return std::string(value);
  return "=?base64?" + mcp_base64(value) + "?=";
}

}  // namespace answerback::probes
