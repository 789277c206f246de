#pragma once
// `answerback types`: what there is to configure, from the same reads that load a configuration.

#include <ostream>
#include <string>
#include <vector>

#include "probe/registry.h"

namespace answerback::cli {

struct TypesOptions {
  std::vector<std::string> names = {};  // none: all
  bool markdown = false;                // as docs/probes.md
};

// Exit code: 0, or 2 for an unknown name.
int types_command(const TypesOptions&, const Registry&, Services, std::ostream& out, std::ostream& err);

}  // namespace answerback::cli
