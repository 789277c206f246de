#pragma once
// The configuration as loaded: constant, and wholly checked except for the keys that belong to a probe type,
// which the type itself reads from `ProbeSpec::fields`.

#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/diagnostics.h"
#include "config/fields.h"
#include "model/plan.h"

namespace answerback::config {

struct ProbeSpec {
  std::string name, type;
  Fields fields;  // the type's own keys; the common ones are already read from it
};

struct Config {
  Plan plan;                      // probes in the order of the file; indices match `probes`
  std::vector<ProbeSpec> probes;  // one per plan.probes
  std::string listen = "0.0.0.0:9797";
  std::string state_dir;                                    // empty: memory only
  std::string source;                                       // path of the file it was read from
  std::vector<std::pair<std::string, Fields>> credentials;  // by name; read by the credentials room
  Fields alerts = Fields::describing();                     // who is told; read by the notify room
  std::vector<std::filesystem::path> files;  // all it was read from, and the folders that wildcards look into
  Fields blackbox = Fields::describing();    // what others may have looked at; read by the blackbox room
  std::string text;  // raw text of all files read, one after the other, and a fingerprint of each ${file:…}:
                     // a reload compares it

  // The effective configuration: defaults filled in, everything read as a Secret shown as <secret>. Complete
  // only after every probe type has read its fields.
  std::string print() const;

  // All that was read and must not be seen, in no order; whole values and the passwords inside them. Complete
  // only after every probe type has read its fields.
  std::vector<Secret> secrets() const;

  struct State;  // config_state.h
  std::shared_ptr<State> state;
};

// Looks up ${NAME}; nullopt where it is not set. Handed in so that tests need no environment.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

// Reads, fills in variables and checks the file and its includes. On errors, everything that is wrong is in
// `diagnostics` and the Config holds what could be read; use it only if diagnostics.ok() (a second pass by
// the probe types may still add to them). `types` are the known probe types, for the nearest-name hint.
// Unknown keys of a probe, of credentials or of alerts are reported by finish() of their own Fields, once
// whoever knows them has read them.
Config load(const std::filesystem::path&, const Environment&, const std::vector<std::string>& types,
            Diagnostics&);

}  // namespace answerback::config
