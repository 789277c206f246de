#pragma once
// Where each probe stands, as it is written down for the next start. Pure.

#include <map>
#include <string>

#include "model/event.h"
#include "model/restored.h"
#include "model/snapshot.h"

namespace answerback::sinks {

class ProbeRows {
 public:
  using Rows = std::map<std::string, RestoredProbe>;

  void restore(Rows, Wall seen);

  void take(const Transition&);  // at once: what moved is written with its incident
  void take(const Snapshot&);    // the rest, now and then

  const Rows& rows() const { return rows_; }
  const Rows& changed() const { return changed_; }  // since written()
  bool removed() const { return removed_; }         // some are gone since then
  void written();
  void nothing_is_written();

 private:
  void put(const std::string& probe, const RestoredProbe&);
  bool still_holds(const ProbeInfo&, const ProbeView&, Wall now) const;

  Rows rows_, changed_;
  Wall seen_before_{};  // by the process before us
  bool removed_ = false;
};

}  // namespace answerback::sinks
