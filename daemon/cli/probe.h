#pragma once
// `answerback probe`: runs probes now and tells what they saw.

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "config/config.h"
#include "probe/registry.h"

namespace answerback::cli {

struct ProbeOptions {
  std::filesystem::path file = {};      // the configuration
  std::vector<std::string> names = {};  // probes to run; none: all
  int count = 1;                        // runs of each, one after the other
  bool json = false;                    // one object a run instead of the timeline
  bool nagios = false;                  // the plugin's line instead of the timeline, and its exit codes
  bool strict = false;                  // a warning counts as a failure
  bool colour = false;
  std::size_t width = 118;           // of the terminal
  std::filesystem::path junit = {};  // a report is also written here; empty: none
};

// On a terminal, unless NO_COLOR (no-color.org) or TERM=dumb says otherwise.
bool wants_colour(bool terminal, const config::Environment&);

// What a configuration was made into: one probe per plan.probes, none null.
struct Made {
  std::shared_ptr<const Plan> plan;
  std::vector<std::shared_ptr<Probe>> probes;
};

// Runs the chosen probes at once, each until its own timeout, and prints each run when it ends. Drives the
// loop itself and has ended every run on return. Exit code: 0 pass (or warn), 1 a failure (with `strict` a
// warning, too), 2 could not tell: a verdict of unknown, an unknown name, a report that cannot be written.
// With `nagios` 0 to 3.
int run_probes(const ProbeOptions&, const Made&, asio::io_context&, Clock&, Random&, std::ostream& out,
               std::ostream& err);

// Loads the configuration first; 2 with its diagnostics on `err` when it is not usable.
int probe_command(const ProbeOptions&, const config::Environment&, const Registry&, Services,
                  asio::io_context&, Clock&, std::ostream& out, std::ostream& err);

}  // namespace answerback::cli
