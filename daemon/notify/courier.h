#pragma once
// Carries notices to one target, however long it takes; knows nothing of the other targets. One thread, the
// loop's.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "model/notifications.h"
#include "notify/attempt.h"
#include "notify/ledger.h"
#include "notify/settings.h"

namespace answerback::notify {

// A line for the log: nothing in it is secret.
struct Remark {
  bool trouble = true;
  std::string message, target, why;
};
using Say = std::function<void(const Remark&)>;

// What couriers share. Outlives them.
struct Means {
  asio::any_io_executor executor;
  Clock& clock;
  Random& random;
  net::Transport transport;
  Say say;
  Patience patience = {};
  std::size_t most_waiting = 256;  // notices of one target; of more the oldest are dropped
};

// A webhook gets one notice at a time, in order, each until it is delivered or refused. An Alertmanager gets
// states: whatever fires now and whatever has ended since it last listened, in one request; anew when
// something changes and when `resend` is over. So what fires is never in its queue, and a request that failed
// loses nothing.
class Courier {
 public:
  // The ledger is the one of the moment and is changed by others between two turns of the loop. `changed` is
  // called whenever waiting() or counts() have changed.
  Courier(Means&, const Settings&, const Target&, const Ledger&, std::function<void()> changed);

  void resume(std::deque<Notice> waiting, NotificationTally::Counts);  // before work(): what another has left
  void take(const Notice&);
  asio::awaitable<void> work();  // until cancelled

  const Target& target() const { return target_; }
  const std::deque<Notice>& waiting() const { return waiting_; }
  const NotificationTally::Counts& counts() const { return counts_; }

 private:
  struct Parcel {
    std::string body;
    std::set<std::string> ids;  // of the notices in it
  };
  bool told_as_state() const { return target_.kind == Target::Kind::alertmanager; }
  bool something_to_do() const;
  asio::awaitable<void> until_something_to_do();
  Parcel pack() const;
  net::HttpRequest address(const Parcel&) const;
  void forget(const Parcel&);
  Duration follow(const Parcel&, const Attempt&);  // how long to wait before the next
  void drop_oldest();

  Means& means_;
  const Settings& settings_;
  const Target& target_;
  const Ledger& ledger_;
  std::function<void()> changed_;
  std::deque<Notice> waiting_;
  NotificationTally::Counts counts_;
  asio::steady_timer bell_;       // never rings by itself: cancelled when there may be something to do
  std::unique_ptr<Alarm> alarm_;  // rings the bell when it is time to resend
  Steady resend_at_{};
  bool news_ = true;  // of an Alertmanager: it has not been told the present state
  int failures_ = 0;  // in a row
  bool overflowing_ = false;
};

}  // namespace answerback::notify
