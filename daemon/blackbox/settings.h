#pragma once
// The `blackbox` section of the configuration, and the blackbox.yml it names.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "blackbox/module.h"
#include "config/fields.h"

namespace answerback::blackbox {

struct Settings {
  Modules modules;
  std::shared_ptr<const Targets> allowed = std::make_shared<Targets>();
  Duration timeout_offset = std::chrono::milliseconds(500);  // taken off Prometheus' own patience
  int concurrency = 20;                                      // runs at once
  // Each thing in the file that we lack or that is wrong, with its place. The module it is in is left
  // out.
  std::vector<std::string> lacking;
};

// A file that cannot be read as a whole is an error of `config_file`. Its path is meant from `folder`.
Settings read_settings(config::Fields&, const std::filesystem::path& folder);

// The file's root mapping.
void read_modules(config::Fields& root, const config::Diagnostics&, Settings&);

}  // namespace answerback::blackbox
