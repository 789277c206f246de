#pragma once
// From snapshots to notices, and from notices to those who are to be told. One thread, the loop's.

#include <functional>
#include <list>
#include <memory>
#include <utility>

#include "engine/task_group.h"
#include "notify/courier.h"
#include "notify/kept.h"

namespace answerback::notify {

using Counts = std::map<std::string, NotificationTally::Counts>;  // by name of the target

class Dispatch {
 public:
  // `save` writes down what must outlive a restart; it is called before anybody is told what is new.
  using Save = std::function<void(const Kept&)>;
  // Of `before`, what belongs to a target that is no more is dropped; one that is new hears of all that
  // fires. Means and settings must outlive it.
  Dispatch(Means&, const Settings&, Kept before, const Counts&, Save);

  void start();                // spawns the couriers
  void look(const Snapshot&);  // to be called several times a second, and cheap when nothing has changed
  void stop() { tasks_.stop(); }
  asio::awaitable<void> drain() { return tasks_.drain(); }

  Kept kept() const;
  NotificationTally tally() const;
  // Whether either has changed since this was asked last.
  bool take_changed() { return std::exchange(changed_, false); }

 private:
  Means& means_;
  const Settings& settings_;
  Save save_;
  Ledger ledger_;
  std::list<Courier> couriers_;
  engine::TaskGroup tasks_;
  std::shared_ptr<const Assessment> seen_;
  std::shared_ptr<const Plan> seen_plan_;
  bool seen_looking_ = false, more_to_come_ = false, changed_ = true;
};

}  // namespace answerback::notify
