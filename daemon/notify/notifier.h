#pragma once
// Tells others what has failed and what is well again: a thread of its own that looks at the board. Nothing
// it waits for delays a probe or the port, and nothing of ours waits for it, but stop().

#include <memory>

#include "net/proxies.h"
#include "notify/courier.h"
#include "notify/settings.h"
#include "sinks/board.h"

namespace answerback::notify {

class Notifier {
 public:
  // Both are used until stop(); `say` is called on the notifier's thread.
  Notifier(sinks::Board&, net::Proxies, Say say);
  ~Notifier();  // stops

  // Tells those of the settings from now on; whoever was told before and is named again keeps what waits for
  // it. With the first settings it takes up what an earlier life has left in state_dir. Any thread; takes as
  // long as a write to disk.
  void use(Settings);

  void stop();  // what waits is on disk where there is a state_dir; use() does nothing any more

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace answerback::notify
