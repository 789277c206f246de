#include "probes/shared/findings.h"

#include <boost/json.hpp>

#include "model/measure.h"

namespace answerback::probes {

void Findings::count_connections(int used, int allowed, const Pressure& pressure) {
  connections = {used, allowed};
  const double ratio = static_cast<double>(used) / allowed;
  if (ratio < pressure.warn) return;
  conclude(ratio < pressure.fail ? Verdict::warn : Verdict::fail, Reason::too_many_connections,
           std::to_string(used) + " of " + std::to_string(allowed) + " connections are in use");
}

boost::json::object Findings::last_line() const {
  boost::json::object samples;
  if (connections) {
    samples[name(Measure::connections_used)] = connections->first;
    samples[name(Measure::connections_max)] = connections->second;
  }
  return {{"done", true},   {"verdict", name(verdict)}, {"reason", name(reason)}, {"detail", detail},
          {"facts", facts}, {"samples", samples},       {"sent", sent},           {"received", received}};
}

std::string counted(std::size_t n, std::string_view what) {
  return std::to_string(n) + " " + std::string(what) + (n == 1 ? "" : "s");
}

}  // namespace answerback::probes
