#include "supervisor.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace answerback {

namespace {

std::optional<std::int64_t> number(const std::optional<std::string>& text) {
  std::int64_t value = 0;
  if (!text) return {};
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  return error == std::errc() && end == text->data() + text->size() ? std::optional(value) : std::nullopt;
}

}  // namespace

Supervisor::Supervisor(const Environment& environment) {
  const auto socket = environment("NOTIFY_SOCKET");
  if (!socket || socket->size() < 2 || socket->size() >= sizeof(sockaddr_un::sun_path)) return;
  if (socket->front() != '/' && socket->front() != '@') return;
  address_ = *socket;
  if (address_.front() == '@') address_.front() = '\0';
  socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  const auto allowed = number(environment("WATCHDOG_USEC"));
  const auto watched = number(environment("WATCHDOG_PID"));
  if (allowed && *allowed > 0 && watched.value_or(getpid()) == getpid())
    alive_every_ = std::chrono::microseconds(*allowed) / 2;
}

Supervisor::~Supervisor() {
  if (socket_ >= 0) close(socket_);
}

void Supervisor::reloading(Steady now) const {
  const auto at = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(at));
}

void Supervisor::status(std::string_view sentence) const {
  std::string line = "STATUS=" + std::string(sentence);
  std::ranges::replace(line, '\n', ' ');
  tell(line);
}

void Supervisor::tell(std::string_view lines) const {
  if (socket_ < 0) return;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  // Lost where the supervisor does not read: nothing of ours waits for it.
  (void)sendto(socket_, lines.data(), lines.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&to), size);
}

}  // namespace answerback
