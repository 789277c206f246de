#pragma once
// The metrics page, in Prometheus's text format 0.0.4. Made from a snapshot whenever it is asked for; no
// series lives anywhere else. Labels are names from the configuration and closed lists; texts never.

#include <string>
#include <string_view>

#include "model/notifications.h"
#include "model/snapshot.h"

namespace answerback::sinks {

inline constexpr std::string_view metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

// A snapshot without a plan (there is none yet) gives what is known of our own process. `notifications` is
// null where nobody is told.
std::string render(const Snapshot&, std::string_view version,
                   const NotificationTally* notifications = nullptr);

}  // namespace answerback::sinks
