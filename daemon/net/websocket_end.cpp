#include "net/websocket_end.h"

#include <algorithm>
#include <array>
#include <boost/beast/websocket/error.hpp>
#include <utility>

#include "model/text.h"
#include "net/any_stream.h"

namespace answerback::net {
namespace {

namespace websocket = boost::beast::websocket;
using websocket::error;

constexpr std::uint16_t no_code = 1005, abnormal = 1006, bad_gateway = 1014;

// What a server did wrong, for each error of Beast's that says so.
std::string_view violation(const boost::system::error_code& code) {
  switch (static_cast<error>(code.value())) {
    case error::bad_opcode: return "a frame with a reserved opcode";
    case error::bad_data_frame: return "a new message inside a fragmented one";
    case error::bad_continuation: return "a continuation without a message to continue";
    case error::bad_reserved_bits:
      return "a frame with reserved bits set, without an extension that uses them";
    case error::bad_control_fragment: return "a fragmented control frame";
    case error::bad_control_size: return "a control frame longer than 125 bytes";
    case error::bad_masked_frame: return "a masked frame, which only clients send";
    case error::bad_size: return "a frame with its length written too long";
    case error::bad_frame_payload: return "a text message that is not UTF-8";
    case error::bad_close_code: return "a close frame with a code that is never sent";
    case error::bad_close_size: return "a close frame with half a code";
    case error::bad_close_payload: return "a close frame whose reason is not UTF-8";
    default: return "a violation of the protocol";
  }
}

std::optional<std::uint16_t> code_in(std::string_view payload) {
  if (payload.size() < 2) return std::nullopt;
  const auto byte = [payload](std::size_t i) { return static_cast<unsigned char>(payload[i]); };
  return static_cast<std::uint16_t>(byte(0) << 8 | byte(1));
}

Gone protocol(std::string detail) {
  return {.failure = {Reason::protocol, std::move(detail)}, .code = std::nullopt, .why = {}};
}

Gone protocol(const boost::system::error_code& code, const FrameWatch& watch) {
  const std::string_view payload = watch.close_payload() ? std::string_view(*watch.close_payload()) : "";
  std::string detail = "the server sent " + std::string(violation(code));
  if (code != error::bad_close_code) return protocol(std::move(detail));
  const auto sent = code_in(payload);
  // Registered after Beast was written.
  if (sent == bad_gateway) return closed_with(payload);
  if (sent) detail += ": " + std::to_string(*sent);
  return protocol(std::move(detail));
}

// Whether a server that gives its policy, or a code of its own, as the ground means that we are too many.
bool means_a_limit(std::uint16_t code, std::string_view why) {
  constexpr std::uint16_t policy = 1008, try_again = 1013, too_many = 4429, first_own = 4000;
  if (code == too_many) return true;
  if (code != policy && code != try_again && code < first_own) return false;
  std::string small(why);
  std::ranges::transform(small, small.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  constexpr std::string_view words[] = {"too many",
                                        "rate limit",
                                        "rate_limit",
                                        "connection limit",
                                        "session limit",
                                        "request limit",
                                        "connection_limit",
                                        "limit of connections",
                                        "max connections",
                                        "maximum connections",
                                        "maximum number of connections"};
  return std::ranges::any_of(words, [&](std::string_view word) { return small.contains(word); });
}

}  // namespace

bool means_sign_in(std::uint16_t code) {
  constexpr std::array<std::uint16_t, 6> codes{1008, 3000, 3003, 4001, 4401, 4403};
  return std::ranges::find(codes, code) != codes.end();
}

// https://www.iana.org/assignments/websocket
std::string_view close_code_name(std::uint16_t code) {
  switch (code) {
    case 1000: return "normal";
    case 1001: return "going away";
    case 1002: return "protocol error";
    case 1003: return "unsupported data";
    case 1007: return "invalid payload";
    case 1008: return "policy violation";
    case 1009: return "message too big";
    case 1010: return "extension required";
    case 1011: return "internal error";
    case 1012: return "service restart";
    case 1013: return "try again later";
    case bad_gateway: return "bad gateway";
    case 3000: return "unauthorized";
    case 3003: return "forbidden";
    case 3008: return "timeout";
    default: return {};
  }
}

Gone closed_with(std::string_view payload) {
  const std::uint16_t code = code_in(payload).value_or(no_code);
  const std::string why = payload.size() > 2 ? clip(payload.substr(2), 125) : "";
  std::string detail = "the server closed the connection ";
  detail += code == no_code ? "without a code" : "with code " + std::to_string(code);
  if (const std::string_view name = close_code_name(code); !name.empty())
    detail += " (" + std::string(name) + ")";
  if (!why.empty()) detail += ": \"" + one_line(why, 125) + "\"";
  const Reason reason = means_a_limit(code, why) ? Reason::rate_limited
                        : means_sign_in(code)    ? Reason::auth
                                                 : Reason::closed;
  return {.failure = {reason, std::move(detail)}, .code = code, .why = why};
}

Gone gone_by(const boost::system::error_code& code, const FrameWatch& watch, const WebSocketLimits& limits) {
  if (code == error::closed) return closed_with(watch.close_payload().value_or(""));
  if (is_end(code))
    return {.failure = {Reason::closed, std::string("the connection ended without a close frame") +
                                            (watch.inside_message() ? ", in the middle of a message" : "")},
            .code = abnormal,
            .why = {}};
  if (code == error::message_too_big || code == error::buffer_overflow) {
    Failure failure = watch.over().value_or(Failure{
        Reason::too_large, "a message over the cap of " + std::to_string(limits.message_bytes) + " bytes"});
    return {.failure = std::move(failure), .code = std::nullopt, .why = {}};
  }
  if (code == websocket::condition::protocol_violation) return protocol(code, watch);
  if (std::string_view(code.category().name()) == "boost.beast.zlib")
    return protocol("the server sent compressed data that cannot be unpacked (" + code.message() + ")");
  return {.failure = tls_failure(code, "the WebSocket was open"), .code = std::nullopt, .why = {}};
}

}  // namespace answerback::net
