#pragma once
// The book of incidents: at most one open for each probe. Pure bookkeeping; the pipeline decides when.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/incident.h"

namespace answerback::engine {

class Incidents {
 public:
  static constexpr std::size_t shown =
      256;  // the newest ones; an open one that is not shown is still closed properly

  bool is_open(const std::string& probe) const { return open_.contains(probe); }
  void restore(std::vector<Incident> open, std::uint64_t last_id);  // comes before anything else
  const Incident& open(Incident);  // gives it its number; none may be open for its probe
  void worsen(const std::string& probe, Reason);
  std::optional<Incident> close(const std::string& probe, Wall at);  // nullopt if none was open
  const Incident* find(const std::string& probe) const;              // the open one
  std::vector<std::string> probes() const;                           // that have an open one

  std::shared_ptr<const std::vector<Incident>>
  view();  // newest first; the same pointer until something changes

 private:
  std::map<std::string, Incident> open_;
  std::deque<Incident> closed_;  // newest last
  std::uint64_t last_id_ = 0;
  std::shared_ptr<const std::vector<Incident>> view_;
};

}  // namespace answerback::engine
