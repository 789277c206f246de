#pragma once
// What the port asks of whoever comes in: how to speak with them, whether they come too often, and who they
// are. One thread asks, the port's; passwords are checked on another.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "access/channel.h"
#include "access/passwords.h"
#include "access/standing.h"
#include "access/token_bucket.h"
#include "access/web_file.h"
#include "model/port_tally.h"

namespace answerback::access {

class Door {
 public:
  explicit Door(std::filesystem::path web_file, WebFile::Told told = {},
                std::function<Steady()> now = std::chrono::steady_clock::now);

  std::expected<void, std::string> open();  // reads the file; or everything that is wrong with it
  void close();                             // what waits for an answer gets one; none are given from now on

  // Takes the settings that hold now: once for each connection and each request, since every file is looked
  // at. The rest goes by those last taken.
  void look();

  std::unique_ptr<Channel> channel(int socket);
  bool within_rate();               // takes one of what may be answered now
  bool asks_for_passwords() const;  // some are set up
  std::shared_ptr<const WebSettings> settings() const { return {web_, &web_->settings}; }

  // Who `authorization`, of whoever comes from `peer`, stands for. Nothing: not known yet; `done` is then
  // called, on another thread or from within close(). With an answer it is never called.
  using Done = std::move_only_function<void(Standing)>;
  std::optional<Standing> knock(std::string_view authorization, std::string peer, Done done);

  PortTally tally() const;  // any thread
  void count_refused(Standing);
  void count_handshake_failed() { ++handshakes_failed_; }

 private:
  WebFile file_;
  std::function<Steady()> now_;
  std::shared_ptr<const Web> web_;
  std::optional<TokenBucket> rate_;
  Passwords passwords_;
  const bool configured_;
  std::atomic<bool> good_ = true;
  std::atomic<std::int64_t> certificate_expiry_ = 0;
  std::atomic<std::uint64_t> unauthorised_ = 0, busy_ = 0, throttled_ = 0, handshakes_failed_ = 0;
};

}  // namespace answerback::access
