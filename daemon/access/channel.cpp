#include "access/channel.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

namespace answerback::access {
namespace {

constexpr std::size_t record = 16 * 1024;  // of TLS, at most

bool would_wait(ssize_t n) { return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR); }

class Plain final : public Channel {
 public:
  explicit Plain(int socket) : socket_(socket) {}

  Step read(std::span<char> into) override {
    const ssize_t n = ::recv(socket_, into.data(), into.size(), MSG_DONTWAIT);
    if (n > 0) return {Next::go_on, static_cast<std::size_t>(n)};
    return {would_wait(n) ? Next::wait_read : Next::over};
  }

  Step write(std::string_view first, std::string_view rest) override {
    std::array<iovec, 2> parts{iovec{const_cast<char*>(first.data()), first.size()},
                               iovec{const_cast<char*>(rest.data()), rest.size()}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const ssize_t n = ::sendmsg(socket_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) return {Next::go_on, static_cast<std::size_t>(n)};
    return {would_wait(n) ? Next::wait_write : Next::over};
  }

 private:
  int socket_;
};

class Secure final : public Channel {
 public:
  Secure(int socket, std::shared_ptr<const ServerTls> tls)
      : socket_(socket), tls_(std::move(tls)), session_(tls_->session()) {
    SSL_set_fd(session_.get(), socket);
  }

  bool greets() const override { return true; }

  Step greet() override {
    if (!begun_) {
      unsigned char first = 0;
      const ssize_t n = ::recv(socket_, &first, 1, MSG_PEEK | MSG_DONTWAIT);
      if (would_wait(n)) return {Next::wait_read};
      if (n <= 0) return {Next::over};
      if (first >= 'A' && first <= 'Z') return {Next::plain};  // a method; TLS begins with 22
      begun_ = true;
    }
    ERR_clear_error();
    return after(SSL_accept(session_.get()));
  }

  Step read(std::span<char> into) override {
    ERR_clear_error();
    return after(SSL_read(session_.get(), into.data(), static_cast<int>(into.size())));
  }

  // What fits in one record goes in one: an answer is then not two packets.
  Step write(std::string_view first, std::string_view rest) override {
    std::string both;
    std::string_view next = first.empty() ? rest : first;
    if (!first.empty() && !rest.empty() && first.size() < record) {
      both.reserve(record);
      both.append(first).append(rest.substr(0, record - first.size()));
      next = both;
    }
    ERR_clear_error();
    return after(SSL_write(session_.get(), next.data(), static_cast<int>(std::min(next.size(), record))));
  }

  void farewell() override {
    ERR_clear_error();
    SSL_shutdown(session_.get());
    ERR_clear_error();
  }

 private:
  struct Free {
    void operator()(SSL* session) const { SSL_free(session); }
  };

  Step after(int result) {
    if (result > 0) return {Next::go_on, static_cast<std::size_t>(result)};
    switch (SSL_get_error(session_.get(), result)) {
      case SSL_ERROR_WANT_READ: return {Next::wait_read};
      case SSL_ERROR_WANT_WRITE: return {Next::wait_write};
      default: return {Next::over};
    }
  }

  int socket_;
  std::shared_ptr<const ServerTls> tls_;  // before the session, which speaks of it
  std::unique_ptr<SSL, Free> session_;
  bool begun_ = false;
};

}  // namespace

std::unique_ptr<Channel> plain_channel(int socket) { return std::make_unique<Plain>(socket); }

std::unique_ptr<Channel> tls_channel(int socket, std::shared_ptr<const ServerTls> tls) {
  return std::make_unique<Secure>(socket, std::move(tls));
}

}  // namespace answerback::access
