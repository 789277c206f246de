#include "cli/make_probes.h"

#include <algorithm>

#include "cli/unknown.h"

namespace answerback::cli {
namespace {

// Loading may have said it already, at the very word.
void unknown_type(const config::ProbeSpec& spec, const Registry& registry, config::Diagnostics& diagnostics) {
  const std::string path = spec.fields.path() + ".type";
  const auto told = [&](const config::Diagnostic& diagnostic) { return diagnostic.path == path; };
  if (std::ranges::any_of(diagnostics.all(), told)) return;
  diagnostics.add({.place = spec.fields.place(),
                   .path = path,
                   .message = unknown("probe type", spec.type, registry.names()),
                   .excerpt = {}});
}

// A probe that names credentials nobody configured would fail only when it runs.
void check_credentials(config::Fields& probe, const CredentialSet& set) {
  if (!probe.has("credentials")) return;
  std::vector<std::string> known;
  for (const auto& [name, credential] : set) known.push_back(name);
  for (const std::string& named : probe.texts("credentials", "who it is: of the top-level credentials")) {
    if (!named.empty() && !set.contains(named))
      probe.error("credentials", unknown("credentials", named, known));
  }
}

}  // namespace

MadeProbes make_probes(config::Config& config, const Registry& registry, Services& services,
                       config::Diagnostics& diagnostics) {
  MadeProbes made{.probes = {}, .credentials = read_credentials(config.credentials), .redactor = {}};
  auto& probes = made.probes;
  probes.reserve(config.probes.size());
  for (std::size_t i = 0; i < config.probes.size(); ++i) {
    config::ProbeSpec& spec = config.probes[i];
    config.plan.probes[i].settings = spec.fields.fingerprint();
    const ProbeType* type = registry.find(spec.type);
    if (!type) {
      unknown_type(spec, registry, diagnostics);
      probes.emplace_back();
      continue;
    }
    probes.push_back(type->make(spec.fields, services));
    check_credentials(spec.fields, *made.credentials);
    spec.fields.finish();
  }
  made.redactor = std::make_shared<Redactor>();  // all secrets are known now
  for (const Secret& each : config.secrets()) made.redactor->add(each.reveal());
  config.plan.redactor = made.redactor;
  return made;
}

}  // namespace answerback::cli
