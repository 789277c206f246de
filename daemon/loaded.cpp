#include "loaded.h"

#include <filesystem>

#include "cli/make_probes.h"
#include "cli/share.h"
#include "config/config.h"
#include "plumbing.h"
#include "probe/registry.h"
#include "probes/all.h"

namespace answerback {

std::expected<Loaded, std::string> load(const cli::Options& options, Services& services) {
  const auto shard = cli::shard_option(options.shard);
  if (!shard) return std::unexpected(shard.error());
  const Registry registry(probes::all());
  config::Diagnostics diagnostics;
  config::Config config = config::load(options.config_file, environment, registry.names(), diagnostics);
  auto alerts = notify::read_settings(config.alerts, config.state_dir);
  auto others = blackbox::read_settings(config.blackbox, std::filesystem::path(config.source).parent_path());
  auto made = cli::make_probes(config, registry, services,
                               diagnostics);  // last: the redactor takes every secret read
  if (!diagnostics.ok()) return std::unexpected(diagnostics.text());
  std::string effective = config.print();
  if (*shard) {
    effective.insert(0, cli::share_line(config.plan, **shard));
    cli::take_share(config.plan, made.probes, **shard);
  }
  return Loaded{.plan = std::make_shared<const Plan>(config.plan),
                .probes = std::move(made.probes),
                .credentials = made.credentials,
                .alerts = std::move(alerts),
                .others = std::move(others),
                .listen = config.listen,
                .effective = std::move(effective),
                .state_dir = config.state_dir,
                .redactor = made.redactor,
                .files = config.files};
}

}  // namespace answerback
