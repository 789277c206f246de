#pragma once
// A request to /probe as what is to be run, and a run as the answer. Pure but for the making of the probe.

#include <string>
#include <string_view>

#include "blackbox/settings.h"

namespace answerback::blackbox {

struct Asking {
  std::string module;  // empty: http_2xx, as there
  std::string target, hostname;
  std::string scrape_timeout;  // X-Prometheus-Scrape-Timeout-Seconds; empty: not given
};

struct Look {
  std::shared_ptr<ModuleProbe> probe;
  Duration timeout{};
  std::shared_ptr<const Redactor> redactor;
};

// 400: the module is unknown or could not be loaded, or the target is none; 403: it must not be looked at.
std::expected<Look, Refused> look_for(const Settings&, const Asking&, Services&);

// The time a run has: the scrape's less the offset, the module's own where that is shorter; 120 s where
// nobody says. Nothing: there is none left, or the header is no number.
std::optional<Duration> time_for(std::string_view scrape_timeout, Duration offset, Duration of_module);

// blackbox_exporter's metrics of a run that has ended, and `answerback_probe_run_info`: verdict, reason and
// phase.
std::string page_of(const ModuleProbe&, const RunRecord&);

}  // namespace answerback::blackbox
