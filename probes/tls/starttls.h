#pragma once
// What is said in plain text until TLS begins: PostgreSQL's SSLRequest (its protocol, 55.2.11), SMTP's
// STARTTLS (RFC 3207). Pure: bytes in, bytes out.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "model/result.h"

namespace answerback::probes {

enum class StartTls : std::uint8_t { none, postgres, smtp };

inline constexpr std::size_t starttls_cap = 16 * 1024;  // bytes of plain text taken

class StartTlsTalk {
 public:
  explicit StartTlsTalk(StartTls);

  std::string to_send() { return std::exchange(to_send_, {}); }
  bool agreed() const { return stage_ == Stage::agreed; }  // TLS begins with the next byte, both ways

  // Failures: tls_protocol (TLS is refused or not known there; plain text behind the agreement, which
  // somebody on the way may have put there to be taken for what came by TLS), protocol, too_large.
  std::expected<void, Failure> take(std::string_view bytes);

 private:
  enum class Stage : std::uint8_t { request, greeting, hello, start, agreed };
  std::expected<void, Failure> take_postgres();
  std::expected<void, Failure> take_smtp();
  std::expected<void, Failure> take_smtp_reply(int code, const std::string& reply);

  Stage stage_;
  std::string to_send_, unread_;
  std::size_t taken_ = 0;
};

}  // namespace answerback::probes
