#pragma once
// The metrics page, in Prometheus's text format 0.0.4. Made from a snapshot whenever it is asked for; no
// series lives anywhere else. Labels are names from the configuration and closed lists; texts never.

#include <optional>
#include <string>
#include <string_view>

#include "model/chronicle.h"
#include "model/notifications.h"
#include "model/snapshot.h"

namespace answerback::sinks {

inline constexpr std::string_view metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

// What stands on the page beside the snapshot, where it is there.
struct Beside {
  const Chronicle* chronicle = nullptr;
  const NotificationTally* notifications = nullptr;  // null where nobody is told
};

// A snapshot without a plan (there is none yet) gives what is known of our own process.
std::string render(const Snapshot&, std::string_view version, Beside = {});

// One probe's newest run in blackbox_exporter's words, as a page of its own. Nothing where there is no
// verdict that still holds.
std::optional<std::string> render_probe(const Snapshot&, ProbeId);

}  // namespace answerback::sinks
