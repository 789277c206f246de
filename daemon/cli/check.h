#pragma once
// `answerback check`: everything that is wrong with a configuration, at once.

#include <filesystem>
#include <ostream>

#include "config/config.h"
#include "probe/registry.h"

namespace answerback::cli {

struct CheckOptions {
  std::filesystem::path file = {};
  std::filesystem::path web_file = {};  // empty: none
  bool print = false;                   // the effective configuration instead of the summary
};

// Loads the file and makes every probe; runs none. Exit code: 0, or 1 with the diagnostics on `err`.
int check_command(const CheckOptions&, const config::Environment&, const Registry&, Services,
                  std::ostream& out, std::ostream& err);

}  // namespace answerback::cli
