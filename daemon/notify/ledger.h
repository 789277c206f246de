#pragma once
// What others have been told, and what is news to them. Pure.

#include <map>
#include <string>
#include <vector>

#include "model/snapshot.h"
#include "notify/alert.h"

namespace answerback::notify {

// The alerts that fire, by probe, as others know them: labels and start are those of the first telling,
// whatever the reason has become since (annotations keep up). Only when it gets worse (degraded, down,
// critical) is it told anew under new labels, because those decide who is woken.
using Ledger = std::map<std::string, Alert>;

struct News {
  std::vector<Notice> notices;  // without ids, in the order to tell them
  bool more_to_come = false;    // a cause is held back until it has settled: look again, whatever changes
};

// Brings the ledger up to date with the snapshot. An alert is over when its probe is up, or is not in the
// plan any more; not when it is unknown, when another cause has come to explain it (an annotation
// `explained_by` says so), or when it is silenced. While we are not looking, and before the first snapshot,
// nothing changes.
News update(Ledger&, const Snapshot&, std::string_view external_url, Steady now);

}  // namespace answerback::notify
