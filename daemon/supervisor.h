#pragma once
// Whoever started us and waits for word: systemd's notification protocol (sd_notify(3): datagrams of
// KEY=VALUE lines to the socket in NOTIFY_SOCKET). Spoken by ourselves: libsystemd would bring four more
// libraries into a process with a memory budget. Nothing happens where nobody waits. Any thread.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "model/time.h"

namespace answerback {

class Supervisor {
 public:
  using Environment = std::function<std::optional<std::string>(const std::string& name)>;
  explicit Supervisor(const Environment&);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  void ready() const { tell("READY=1"); }
  void reloading(Steady now) const;  // ready() ends it
  void stopping() const { tell("STOPPING=1"); }
  void alive() const { tell("WATCHDOG=1"); }
  void status(std::string_view sentence) const;  // the line `systemctl status` shows

  // How often alive() is due: half of what the supervisor allows, where it watches this process.
  std::optional<Duration> alive_every() const { return alive_every_; }

 private:
  void tell(std::string_view lines) const;

  int socket_ = -1;
  std::string address_;  // '\0' first: abstract
  std::optional<Duration> alive_every_;
};

}  // namespace answerback
