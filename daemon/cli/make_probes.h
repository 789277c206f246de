#pragma once
// From what was asked for to probes that can run.

#include <memory>
#include <vector>

#include "config/config.h"
#include "credentials/credentials.h"
#include "probe/registry.h"

namespace answerback::cli {

struct MadeProbes {
  std::vector<std::shared_ptr<Probe>>
      probes;  // one per config.probes, in their order; null where the type is unknown
  std::shared_ptr<const CredentialSet> credentials;  // those the probes name; to be used before the first run
  std::shared_ptr<Redactor> redactor;                // the plan's; the credentials tell it their tokens
};

// Gives the plan its redactor. Whatever is wrong with the keys of a type or with credentials is added to the
// diagnostics the configuration was loaded with, which are to be handed in; use the probes only if they are
// still ok().
MadeProbes make_probes(config::Config&, const Registry&, Services&, config::Diagnostics&);

}  // namespace answerback::cli
