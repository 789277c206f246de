#include "cli/check.h"

#include "access/web_file.h"
#include "blackbox/settings.h"
#include "cli/make_probes.h"
#include "cli/share.h"
#include "notify/settings.h"

namespace answerback::cli {
namespace {

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + ' ' + std::string(count == 1 ? one : many);
}

std::string summary(const Plan& plan) {
  return counted(plan.probes.size(), "probe", "probes") + ", " +
         counted(plan.capabilities.size(), "capability", "capabilities") + ", " +
         counted(plan.groups.size(), "group", "groups");
}

}  // namespace

int check_command(const CheckOptions& options, const config::Environment& environment,
                  const Registry& registry, Services services, std::ostream& out, std::ostream& err) {
  config::Diagnostics diagnostics;
  config::Config config = config::load(options.file, environment, registry.names(), diagnostics);
  make_probes(config, registry, services, diagnostics);
  (void)notify::read_settings(config.alerts, config.state_dir);
  const auto others = blackbox::read_settings(config.blackbox, options.file.parent_path());
  config::Diagnostics of_web;
  const access::Web web =
      options.web_file.empty() ? access::Web() : access::load_web(options.web_file, of_web);
  if (!diagnostics.ok() || !of_web.ok()) {
    err << diagnostics.text() << of_web.text();
    return 1;
  }
  for (const std::string& note : web.settings.notes) err << options.web_file.string() << ": " << note << '\n';
  if (options.shard) out << share_line(config.plan, *options.shard);
  for (const std::string& each : others.lacking) err << "warning: " << each << '\n';
  if (options.print) {
    out << config.print();
  } else {
    out << options.file.string() << ": ok: " << summary(config.plan) << '\n';
  }
  return 0;
}

}  // namespace answerback::cli
