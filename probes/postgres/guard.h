#pragma once
// Stands between libpq and a server until the server has let us in or TLS has begun, so that no password goes
// over the wire in the clear: libpq 15 sends it to whoever asks (require_auth came with 16).
//
// libpq's socket is exchanged for one end of a socketpair. The server's messages are passed on one at a time,
// each looked at first, and none is read by libpq that has not been: looking ahead into its own socket would
// leave a gap for whatever arrives a moment later. When TLS begins, an error comes, or we are let in, libpq
// gets its socket back. Message formats: https://www.postgresql.org/docs/15/protocol-message-formats.html
//
// One connection attempt each; blocks.

#include <cstdint>
#include <expected>
#include <string>

#include "model/result.h"

namespace answerback::probes {

class SignInGuard {
 public:
  SignInGuard() = default;
  ~SignInGuard();
  SignInGuard(const SignInGuard&) = delete;
  SignInGuard& operator=(const SignInGuard&) = delete;

  // `socket`: libpq's, connected over TCP, nothing sent. False when the system has no descriptors left.
  bool attach(int socket);
  bool attached() const { return theirs_ >= 0; }

  // Waits until libpq has something to read, then returns. `tls_answer`: due is the single byte that answers
  // SSLRequest. Failures: auth_downgrade (a password was asked for in the clear; none was sent), protocol,
  // reset, truncated.
  std::expected<void, Failure> wait_readable(bool tls_answer);
  void flush();  // sends what libpq has written

  bool tls_begun() const { return tls_; }

  // Bytes that went over the wire, by the kernel's count, also after libpq has closed its socket.
  struct Traffic {
    std::uint64_t sent = 0, received = 0;
  };
  Traffic traffic() const;

 private:
  std::expected<void, Failure> take(std::size_t bytes);  // from the server, into message_
  std::expected<void, Failure> take_message();
  void restore();

  int socket_ = -1;  // libpq's descriptor number; libpq closes it
  int server_ = -1;  // what that number was; kept to count
  int theirs_ = -1;  // our end of the pair; -1: not attached
  std::string message_;
  bool last_ = false, tls_ = false;
};

void wait_for(int socket, short events, int milliseconds = -1);  // poll(2)

}  // namespace answerback::probes
