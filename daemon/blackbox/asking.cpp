#include "blackbox/asking.h"

#include <charconv>

#include "model/text.h"

namespace answerback::blackbox {
namespace {

constexpr double usual_patience = 120;  // seconds, as there

}  // namespace

std::optional<Duration> time_for(std::string_view scrape_timeout, Duration offset, Duration of_module) {
  double seconds = 0;
  if (!scrape_timeout.empty()) {
    const char* const end = scrape_timeout.data() + scrape_timeout.size();
    const auto [stop, error] = std::from_chars(scrape_timeout.data(), end, seconds);
    if (stop != end || error != std::errc() || !(seconds >= 0 && seconds <= 86400)) return std::nullopt;
  }
  if (seconds == 0) seconds = usual_patience;
  const Duration left = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)) - offset;
  if (of_module > Duration{} && (of_module < left || left <= Duration{})) return of_module;
  if (left <= Duration{}) return std::nullopt;
  return left;
}

std::expected<Look, Refused> look_for(const Settings& settings, const Asking& asking, Services& services) {
  const auto refused = [](std::string why) { return std::unexpected(Refused{400, std::move(why)}); };
  const std::string_view name = asking.module.empty() ? "http_2xx" : std::string_view(asking.module);
  const auto module = settings.modules.find(name);
  if (module == settings.modules.end()) return refused("Unknown module \"" + one_line(name, 100) + "\"");
  if (asking.target.empty()) return refused("Target parameter is missing");
  if (!module->second.prober)
    return refused("module \"" + module->first + "\" could not be loaded: " + module->second.unusable);
  const auto timeout = time_for(asking.scrape_timeout, settings.timeout_offset, module->second.timeout);
  if (!timeout) return refused("X-Prometheus-Scrape-Timeout-Seconds leaves no time to look");
  auto probe = module->second.prober->probe(
      {.text = asking.target, .hostname = asking.hostname, .allowed = settings.allowed}, services);
  if (!probe) return std::unexpected(std::move(probe).error());
  return Look{.probe = *std::move(probe), .timeout = *timeout, .redactor = module->second.redactor};
}

std::string page_of(const ModuleProbe& probe, const RunRecord& record) {
  Page page;
  const bool good = record.result.verdict == Verdict::pass || record.result.verdict == Verdict::warn;
  page.gauge("probe_success", "Displays whether or not the probe was a success", good ? 1 : 0);
  page.gauge("probe_duration_seconds", "Returns how long the probe took to complete in seconds",
             std::chrono::duration<double>(record.took()).count());
  probe.show(record, page);
  page.gauge("answerback_probe_run_info", "What the run came to, why and where", 1,
             {{"verdict", std::string(name(record.result.verdict))},
              {"reason", std::string(name(record.result.reason))},
              {"phase", good ? "" : std::string(name(record.phase))}});
  return page.text();
}

}  // namespace answerback::blackbox
