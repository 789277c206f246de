#pragma once
// A configuration with its probes, ready to run.

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "blackbox/settings.h"
#include "cli/options.h"
#include "config_watch.h"
#include "credentials/credentials.h"
#include "model/plan.h"
#include "model/redactor.h"
#include "notify/settings.h"
#include "probe/probe.h"

namespace answerback {

struct Loaded {
  std::shared_ptr<const Plan> plan;
  std::vector<std::shared_ptr<Probe>> probes;
  std::shared_ptr<const CredentialSet> credentials;
  notify::Settings alerts;
  blackbox::Settings others;  // what they may have looked at
  std::string listen, effective, state_dir;
  std::shared_ptr<Redactor> redactor;
  ConfigWatch::Paths files;  // what it was read from
};

// Reads files and environment; blocks. The error is everything that is wrong with them, a line each. The
// probes keep a reference to the services.
std::expected<Loaded, std::string> load(const cli::Options&, Services&);

}  // namespace answerback
