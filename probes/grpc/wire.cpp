#include "probes/grpc/wire.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "model/text.h"

namespace answerback::probes {
namespace {

constexpr std::size_t prefix_size = 5;  // of a message: compressed or not, its length
constexpr std::size_t message_cap = 4 * net::Http2Exchange::fields_cap;  // whole: who shows it masks it first

struct GrpcStatus {
  std::string_view name;
  Reason reason;
};
// In the order of their codes.
constexpr std::array grpc_statuses{
    GrpcStatus{"OK", Reason::none},
    GrpcStatus{"CANCELLED", Reason::status},
    GrpcStatus{"UNKNOWN", Reason::status},
    GrpcStatus{"INVALID_ARGUMENT", Reason::status},
    GrpcStatus{"DEADLINE_EXCEEDED", Reason::read_timeout},
    GrpcStatus{"NOT_FOUND", Reason::assertion},
    GrpcStatus{"ALREADY_EXISTS", Reason::status},
    GrpcStatus{"PERMISSION_DENIED", Reason::forbidden},
    GrpcStatus{"RESOURCE_EXHAUSTED", Reason::rate_limited},
    GrpcStatus{"FAILED_PRECONDITION", Reason::status},
    GrpcStatus{"ABORTED", Reason::status},
    GrpcStatus{"OUT_OF_RANGE", Reason::status},
    GrpcStatus{"UNIMPLEMENTED", Reason::status},
    GrpcStatus{"INTERNAL", Reason::status},
    GrpcStatus{"UNAVAILABLE", Reason::not_ready},
    GrpcStatus{"DATA_LOSS", Reason::status},
    GrpcStatus{"UNAUTHENTICATED", Reason::auth},
};

std::unexpected<Failure> grpc_failure(Reason reason, std::string detail) {
  return std::unexpected(Failure{reason, std::move(detail)});
}

std::optional<std::string_view> field(const net::Http2Fields& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &std::pair<std::string, std::string>::first);
  return found == fields.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

// Of the trailers; of an answer without a body they are its only header fields.
std::optional<std::string_view> trailer(const net::Http2Response& response, std::string_view name) {
  const auto found = field(response.trailers, name);
  return found ? found : field(response.headers, name);
}

std::optional<unsigned> grpc_code(std::string_view text) {
  unsigned code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  const bool number = error == std::errc() && end == text.data() + text.size();
  return number ? std::optional(code) : std::nullopt;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// grpc-message is percent-encoded; what is not well-formed stays as it is.
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) i += 2;
    out += low >= 0 ? static_cast<char>(high << 4 | low) : text[i];
  }
  return one_line(out, message_cap);
}

Failure of_http(const net::Http2Response& response) {
  const Reason reason = response.status == 401   ? Reason::auth
                        : response.status == 403 ? Reason::forbidden
                        : response.status == 429 ? Reason::rate_limited
                                                 : Reason::status;
  return {reason, "HTTP " + std::to_string(response.status) + " instead of a gRPC answer"};
}

Failure of_status(unsigned code, std::string_view message) {
  const bool known = code < grpc_statuses.size();
  std::string detail = known ? std::string(grpc_statuses[code].name) : "gRPC status " + std::to_string(code);
  if (code == 5) detail += ": no such service is registered";
  if (code == 12) detail += ": no health service is there";
  if (!message.empty()) detail += " (" + decoded(message) + ")";
  return {known ? grpc_statuses[code].reason : Reason::status, std::move(detail)};
}

struct Varint {
  std::uint64_t value = 0;
  std::size_t size = 0;
};
std::optional<Varint> varint(std::string_view bytes) {
  Varint read;
  for (const char byte : bytes.substr(0, 10)) {
    read.value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * read.size++);
    if ((byte & 0x80) == 0) return read;
  }
  return std::nullopt;
}

// The bytes of a field's value by its wire type; nullopt where it does not fit.
std::optional<std::size_t> size_of_value(unsigned wire_type, std::string_view bytes) {
  const auto number = varint(bytes);
  switch (wire_type) {
    case 0: return number ? std::optional(number->size) : std::nullopt;
    case 1: return 8;
    case 2:
      if (!number || number->value > bytes.size()) return std::nullopt;
      return number->size + static_cast<std::size_t>(number->value);
    case 5: return 4;
    default: return std::nullopt;
  }
}

// HealthCheckResponse: field 1 is the status, the last one counts, unknown fields are passed over.
std::optional<std::uint64_t> read_health(std::string_view message) {
  std::uint64_t status = 0;  // a default is not on the wire
  while (!message.empty()) {
    const auto key = varint(message);
    if (!key) return std::nullopt;
    message.remove_prefix(key->size);
    const auto size = size_of_value(key->value & 7, message);
    if (!size || *size > message.size()) return std::nullopt;
    if (key->value == (1 << 3)) status = varint(message)->value;
    message.remove_prefix(*size);
  }
  return status;
}

}  // namespace

std::string_view name(GrpcServing serving) {
  constexpr std::array names{"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
  return names[static_cast<std::size_t>(serving)];
}

std::string grpc_health_request(std::string_view service) {
  std::string message;
  if (!service.empty()) {
    message = "\x0a";  // field 1, a text
    std::size_t left = service.size();
    for (; left > 0x7f; left >>= 7) message += static_cast<char>(0x80 | (left & 0x7f));
    message += static_cast<char>(left);
    message += service;
  }
  std::string framed(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) framed += static_cast<char>(message.size() >> shift);
  return framed + message;
}

unsigned grpc_status_code(const net::Http2Response& response) {
  constexpr unsigned unknown = 2, permission_denied = 7, unimplemented = 12, internal = 13, unavailable = 14,
                     unauthenticated = 16;
  if (const auto text = trailer(response, "grpc-status")) return grpc_code(*text).value_or(internal);
  switch (response.status) {
    case 400: return internal;
    case 401: return unauthenticated;
    case 403: return permission_denied;
    case 404: return unimplemented;
    case 429:
    case 502:
    case 503:
    case 504: return unavailable;
    default: return unknown;
  }
}

std::expected<GrpcServing, Failure> grpc_health(const net::Http2Response& response) {
  const auto code_text = trailer(response, "grpc-status");
  if (!code_text && response.status != 200) return std::unexpected(of_http(response));
  if (!field(response.headers, "content-type").value_or("").starts_with("application/grpc"))
    return grpc_failure(Reason::protocol,
                        "no gRPC: the answer is " +
                            one_line(field(response.headers, "content-type").value_or("of no type"), 80));
  if (!code_text) return grpc_failure(Reason::truncated, "the answer ended without a grpc-status");
  const auto code = grpc_code(*code_text);
  if (!code) return grpc_failure(Reason::protocol, "grpc-status is no number: " + one_line(*code_text, 40));
  if (*code != 0) return std::unexpected(of_status(*code, trailer(response, "grpc-message").value_or("")));

  const std::string_view body = response.body;
  if (body.size() < prefix_size) return grpc_failure(Reason::truncated, "OK, but no message came");
  if (body[0] != 0) return grpc_failure(Reason::protocol, "a compressed message, which was not offered");
  std::size_t size = 0;
  for (const char byte : body.substr(1, 4)) size = size << 8 | static_cast<unsigned char>(byte);
  if (size != body.size() - prefix_size)
    return grpc_failure(Reason::protocol, "a message of " + std::to_string(size) + " bytes was announced, " +
                                              std::to_string(body.size() - prefix_size) + " came");
  const auto status = read_health(body.substr(prefix_size));
  if (!status || *status > 3) return grpc_failure(Reason::protocol, "the message is no HealthCheckResponse");
  return static_cast<GrpcServing>(*status);
}

}  // namespace answerback::probes
