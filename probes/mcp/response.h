#pragma once
// What an MCP server's HTTP answers have in common, over either transport.

#include <string_view>

#include "net/http.h"

namespace answerback::probes {

inline constexpr std::size_t mcp_stream_cap = 4 * 1024 * 1024;  // of all that one stream says
inline constexpr std::size_t mcp_message_cap = 1024 * 1024;

bool is_success(const net::HttpResponse& head);
bool streams_events(const net::HttpResponse& head);

// A status that says no, to what was asked: with the challenge, where there is one.
Failure refused_by(const net::HttpResponse&, std::string_view method);

}  // namespace answerback::probes
