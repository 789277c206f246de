#pragma once
// JSON-RPC 2.0 as the Model Context Protocol speaks it (modelcontextprotocol.io), in both its eras. Pure.
//
// Up to 2025-11-25 a client opens a session (initialize, notifications/initialized) and says with each
// request which. Since 2026-07-28 there are none: every request brings what the server must know in `_meta`,
// and server/discover asks what it speaks.

#include <span>
#include <string>
#include <string_view>

#include "model/result.h"
#include "probes/shared/document.h"

namespace answerback::probes {

inline constexpr std::string_view mcp_stateless = "2026-07-28";
std::span<const std::string_view> mcp_session_versions();  // newest first
bool is_mcp_session_version(std::string_view);
inline constexpr std::string_view mcp_of_events = "2024-11-05";  // of the transport before streamable HTTP

struct McpMessage {
  enum class Kind { result, error, request, notification, strange };
  Kind kind = Kind::strange;
  std::string method = {};  // of a request or notification
  json::value id = {};      // null where there is none
  json::object body = {};   // the result, or the error
};
McpMessage read_mcp(json::object message);

// A request without an id is a notification.
std::string write_mcp(std::string_view method, const json::value& id, json::object params);
// To a request of the server's: pings are answered, what else it may want of a client we do not have.
std::string mcp_reply(const McpMessage& request);

enum class McpCode : std::int64_t {
  parse_error = -32700,
  invalid_request = -32600,
  method_not_found = -32601,
  invalid_params = -32602,
  internal_error = -32603,
  header_mismatch = -32020,
  missing_capability = -32021,
  unsupported_version = -32022,
};
std::int64_t code_of(const json::object& error);  // 0: none
// `doing`: the method that was answered so.
Failure mcp_failure(const json::object& error, std::string_view doing);

// As the value of a header: "=?base64?…?=" where it is no plain ASCII.
std::string mcp_header_value(std::string_view);

}  // namespace answerback::probes
