#pragma once
// A client that sends what it is told to, well-formed or not. Blocking, loopback; gives up after 10 s.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace answerback::test {

class RawClient {
 public:
  RawClient() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  explicit RawClient(std::uint16_t port) : RawClient() { connect(port); }
  RawClient(RawClient&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient() {
    if (fd_ >= 0) ::close(fd_);
  }

  bool connect(std::uint16_t port) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }

  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  // Until `text` has been seen that many times, or the connection ends.
  std::string receive_until(std::string_view text, std::size_t times = 1) const {
    std::string all;
    char part[4096];
    for (ssize_t n = 0; count(all, text) < times && (n = ::recv(fd_, part, sizeof part, 0)) > 0;) {
      all.append(part, static_cast<std::size_t>(n));
    }
    return all;
  }
  std::string receive_all() const { return receive_until("\x01no such text\x01"); }

  // Whether something (the end, too) can be read within that time.
  bool readable_within(int ms) const {
    pollfd one{.fd = fd_, .events = POLLIN, .revents = 0};
    return ::poll(&one, 1, ms) > 0;
  }
  // The server has hung up, or does so within 10 s, without another byte.
  bool ends() const {
    char byte = 0;
    return ::recv(fd_, &byte, 1, 0) <= 0 && errno != EAGAIN;
  }
  int fd() const { return fd_; }

 private:
  static std::size_t count(std::string_view all, std::string_view text) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = all.find(text, at)) != std::string_view::npos; at += text.size()) ++found;
    return found;
  }

  int fd_;
};

}  // namespace answerback::test
