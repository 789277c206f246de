#pragma once
// Where frames go: one client's WebSocket, as the agent and the list of sockets see it.

#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace demo {

class Outlet {
 public:
  virtual ~Outlet() = default;
  virtual bool open() const = 0;  // false: nothing that is sent arrives any more
  virtual void text(std::string frame) = 0;
  virtual void binary(std::string frame) = 0;
  virtual void turn_away(const std::string& error_code,
                         const std::string& message) = 0;  // a frame, then 1008
  virtual void cut() = 0;                                  // the connection, without a word
};

// The open sockets of each user, oldest first.
class Roll {
 public:
  using Place = std::list<std::weak_ptr<Outlet>>::iterator;
  Place join(const std::string& user, std::weak_ptr<Outlet> outlet) {
    auto& sockets = users_[user];
    return sockets.insert(sockets.end(), std::move(outlet));
  }
  void leave(const std::string& user, Place place) {
    const auto found = users_.find(user);
    found->second.erase(place);
    if (found->second.empty()) users_.erase(found);
  }
  // When the user has more than `most`: the oldest. Those already on their way out do not count.
  std::shared_ptr<Outlet> one_too_many(const std::string& user, std::size_t most) const {
    std::shared_ptr<Outlet> oldest;
    std::size_t count = 0;
    for (const auto& each : users_.at(user)) {
      const auto socket = each.lock();
      if (!socket || !socket->open()) continue;
      if (!oldest) oldest = socket;
      ++count;
    }
    return count > most ? oldest : nullptr;
  }
  // The sockets of everybody else.
  std::vector<std::shared_ptr<Outlet>> others(const std::string& user) const {
    std::vector<std::shared_ptr<Outlet>> sockets;
    for (const auto& [other, theirs] : users_) {
      if (other == user) continue;
      for (const auto& each : theirs)
        if (auto socket = each.lock()) sockets.push_back(std::move(socket));
    }
    return sockets;
  }
  void cut_all() {
    for (const auto& [user, sockets] : users_)
      for (const auto& each : sockets)
        if (const auto socket = each.lock()) socket->cut();
  }

 private:
  std::unordered_map<std::string, std::list<std::weak_ptr<Outlet>>> users_;
};

}  // namespace demo
