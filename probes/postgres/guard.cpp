#include "probes/postgres/guard.h"

#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "model/text.h"

namespace answerback::probes {
namespace {

enum Authentication : std::uint32_t { ok = 0, cleartext_password = 3 };
constexpr std::size_t message_cap = 64 * 1024;  // libpq's own cap before signing in is 30,000

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

void close(int& descriptor) {
  if (descriptor >= 0) ::close(std::exchange(descriptor, -1));
}

Failure not_postgres(std::string_view seen) {
  return {Reason::protocol, "not a PostgreSQL server: its answer begins with \"" + one_line(seen, 40) + "\""};
}

}  // namespace

void wait_for(int socket, short events, int milliseconds) {
  pollfd descriptor{socket, events, 0};
  while (poll(&descriptor, 1, milliseconds) < 0 && errno == EINTR) {
  }
}

SignInGuard::~SignInGuard() {
  close(theirs_);
  close(server_);
}

bool SignInGuard::attach(int socket) {
  close(theirs_);
  close(server_);
  last_ = tls_ = false;
  std::array<int, 2> pair{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()) != 0) return false;
  socket_ = socket;
  server_ = fcntl(socket, F_DUPFD_CLOEXEC, 0);
  theirs_ = pair[0];
  const bool exchanged = server_ >= 0 && dup3(pair[1], socket, O_CLOEXEC) >= 0;
  ::close(pair[1]);
  return exchanged;
}

void SignInGuard::restore() {
  flush();
  dup3(server_, socket_, O_CLOEXEC);
  close(theirs_);
}

void SignInGuard::flush() {
  std::array<char, 4096> chunk;
  for (ssize_t count = 0; attached() && (count = recv(theirs_, chunk.data(), chunk.size(), 0)) > 0;) {
    for (std::string_view rest(chunk.data(), static_cast<std::size_t>(count)); !rest.empty();) {
      const ssize_t sent = send(server_, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent >= 0)
        rest.remove_prefix(static_cast<std::size_t>(sent));
      else if (errno == EAGAIN)
        wait_for(server_, POLLOUT);
      else
        return;  // reading will say why
    }
  }
}

std::expected<void, Failure> SignInGuard::wait_readable(bool tls_answer) {
  flush();
  if (!attached()) {
    wait_for(socket_, POLLIN);
    return {};
  }
  int unread = 0;
  if (ioctl(socket_, FIONREAD, &unread) == 0 && unread > 0) return {};
  if (last_) {
    restore();
    wait_for(socket_, POLLIN);
    return {};
  }

  message_.clear();
  if (auto taken = take(1); !taken) return taken;
  const char type = message_.front();
  if (type == 'E') {  // an error ends the attempt
    last_ = true;
  } else if (tls_answer) {
    if (type != 'S' && type != 'N') return std::unexpected(not_postgres(message_));
    tls_ = last_ = type == 'S';
  } else if (auto taken = take_message(); !taken) {
    return taken;
  }
  const ssize_t passed = send(theirs_, message_.data(), message_.size(), MSG_NOSIGNAL);
  if (passed != static_cast<ssize_t>(message_.size()))
    return std::unexpected(Failure{Reason::internal, "cannot pass a message on to libpq"});
  return {};
}

std::expected<void, Failure> SignInGuard::take_message() {
  const char type = message_.front();
  if (auto taken = take(5); !taken) return taken;
  const std::size_t length = big_endian(std::string_view(message_).substr(1));
  if (!std::strchr("RNv", type) || length < 4 || length > message_cap)
    return std::unexpected(not_postgres(message_));
  if (auto taken = take(1 + length); !taken) return taken;
  if (type != 'R') return {};
  if (length < 8) return std::unexpected(not_postgres(message_));
  const std::uint32_t kind = big_endian(std::string_view(message_).substr(5));
  if (kind == cleartext_password)
    return std::unexpected(
        Failure{Reason::auth_downgrade,
                "the server asks for the password in the clear on a connection without TLS; it was "
                "not sent (use scram-sha-256 in pg_hba.conf, or TLS)"});
  last_ = kind == ok;
  return {};
}

std::expected<void, Failure> SignInGuard::take(std::size_t bytes) {
  std::array<char, 4096> chunk;
  while (message_.size() < bytes) {
    const ssize_t count = recv(server_, chunk.data(), std::min(chunk.size(), bytes - message_.size()), 0);
    if (count > 0)
      message_.append(chunk.data(), static_cast<std::size_t>(count));
    else if (count < 0 && errno == EAGAIN)
      wait_for(server_, POLLIN);
    else if (count < 0)
      return std::unexpected(
          Failure{Reason::reset, std::string("while signing in: ") + std::strerror(errno)});
    else if (!message_.empty() && !std::strchr("RNvE", message_.front()))
      return std::unexpected(not_postgres(message_));
    else
      return std::unexpected(
          Failure{Reason::truncated, "the server closed the connection while we signed in"});
  }
  return {};
}

SignInGuard::Traffic SignInGuard::traffic() const {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (server_ < 0 || getsockopt(server_, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  return {info.tcpi_bytes_sent, info.tcpi_bytes_received};
}

}  // namespace answerback::probes
