#include "probes/tls/starttls.h"

#include <algorithm>

#include "model/text.h"

namespace answerback::probes {
namespace {

using Done = std::expected<void, Failure>;

constexpr std::string_view ssl_request("\0\0\0\x08\x04\xd2\x16\x2f", 8);

std::unexpected<Failure> starttls_failure(Reason reason, std::string detail) {
  return std::unexpected(Failure{reason, std::move(detail)});
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The bytes of one whole reply of SMTP at the front ("250-a\r\n250 b\r\n"), 0 where more must come, npos
// where it is none.
std::size_t smtp_reply(std::string_view bytes) {
  for (std::size_t begin = 0;;) {
    const std::string_view line = bytes.substr(begin);
    for (std::size_t i = 0; i < std::min<std::size_t>(line.size(), 4); ++i)
      if (i < 3 ? !is_digit(line[i]) : line[i] != ' ' && line[i] != '-' && line[i] != '\r') return bytes.npos;
    const auto end = line.find('\n');
    if (end == line.npos) return 0;
    if (end < 4) return bytes.npos;
    begin += end + 1;
    if (line[3] != '-') return begin;
  }
}

// Whether a reply to EHLO has the keyword on a line of its own.
bool offers_starttls(std::string reply) {
  std::ranges::transform(reply, reply.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return reply.contains("-STARTTLS\r\n") || reply.contains(" STARTTLS\r\n");
}

}  // namespace

StartTlsTalk::StartTlsTalk(StartTls kind)
    : stage_(kind == StartTls::postgres ? Stage::request
             : kind == StartTls::smtp   ? Stage::greeting
                                        : Stage::agreed),
      to_send_(kind == StartTls::postgres ? ssl_request : "") {}

Done StartTlsTalk::take(std::string_view bytes) {
  taken_ += bytes.size();
  if (taken_ > starttls_cap)
    return starttls_failure(Reason::too_large, "more plain text than STARTTLS ever takes");
  unread_ += bytes;
  Done done = stage_ == Stage::request ? take_postgres() : take_smtp();
  if (done && agreed() && !unread_.empty())
    return starttls_failure(
        Reason::tls_protocol,
        "sent " + std::to_string(unread_.size()) +
            " bytes of plain text after agreeing to TLS (somebody on the way may have put them there)");
  return done;
}

Done StartTlsTalk::take_postgres() {
  if (unread_.empty()) return {};
  switch (unread_.front()) {
    case 'S': break;
    case 'N': return starttls_failure(Reason::tls_protocol, "PostgreSQL speaks no TLS there (ssl = off)");
    case 'E':
      return starttls_failure(Reason::tls_protocol, "PostgreSQL answered the request for TLS with an error");
    default: return starttls_failure(Reason::protocol, "that is no PostgreSQL: " + one_line(unread_, 80));
  }
  unread_.erase(0, 1);
  stage_ = Stage::agreed;
  return {};
}

Done StartTlsTalk::take_smtp() {
  while (!agreed()) {
    const std::size_t size = smtp_reply(unread_);
    if (size == std::string::npos)
      return starttls_failure(Reason::protocol, "that is no SMTP: " + one_line(unread_, 80));
    if (size == 0) return {};
    const std::string reply = unread_.substr(0, size);
    unread_.erase(0, size);
    const int code = (reply[0] - '0') * 100 + (reply[1] - '0') * 10 + (reply[2] - '0');
    if (auto done = take_smtp_reply(code, reply); !done) return done;
  }
  return {};
}

Done StartTlsTalk::take_smtp_reply(int code, const std::string& reply) {
  const auto unlike = [&](std::string_view asked) {
    return starttls_failure(code == 421 ? Reason::not_ready : Reason::tls_protocol,
                            std::string(asked) + " was answered: " + one_line(reply, 160));
  };
  switch (stage_) {
    case Stage::greeting:
      if (code != 220) return unlike("the connection");
      to_send_ += "EHLO answerback.invalid\r\n";
      stage_ = Stage::hello;
      return {};
    case Stage::hello:
      if (code != 250) return unlike("EHLO");
      if (!offers_starttls(reply))
        return starttls_failure(Reason::tls_protocol, "the server does not offer STARTTLS");
      to_send_ += "STARTTLS\r\n";
      stage_ = Stage::start;
      return {};
    default:
      if (code != 220) return unlike("STARTTLS");
      stage_ = Stage::agreed;
      return {};
  }
}

}  // namespace answerback::probes
