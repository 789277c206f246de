#pragma once
// The metrics page. Made from a snapshot whenever it is asked for; no series lives anywhere else. Labels are
// names from the configuration and closed lists; texts never.

#include <optional>
#include <string>
#include <string_view>

#include "model/chronicle.h"
#include "model/notifications.h"
#include "model/port_tally.h"
#include "model/snapshot.h"
#include "sinks/exposition.h"

namespace answerback::sinks {

// What stands on the page beside the snapshot, where it is there.
struct Beside {
  const Chronicle* chronicle = nullptr;
  const NotificationTally* notifications = nullptr;  // null where nobody is told
  const PortTally* port = nullptr;
};

// A snapshot without a plan (there is none yet) gives what is known of our own process.
std::string render(const Snapshot&, std::string_view version, Beside = {}, Exposition = Exposition::text);

// One probe's newest run in blackbox_exporter's words, as a page of its own. Nothing where there is no
// verdict that still holds.
std::optional<std::string> render_probe(const Snapshot&, ProbeId);

}  // namespace answerback::sinks
