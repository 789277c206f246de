#pragma once
// ${NAME}, ${NAME:-default} and ${file:/path} inside values, filled in after the YAML is a tree, so that no
// value can bring structure with it. $${ stands for a literal ${.

#include <filesystem>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/diagnostics.h"
#include "config/yaml_tree.h"

namespace answerback::config {

// Fills in every value below `node`; a filled one keeps its place. A file's path is relative to the file that
// names it, and one line end at the end of its content is dropped. Returns a fingerprint of the files read,
// so that a reload can tell that one of them has changed; it does not hold their content. Appends their paths
// to `files`.
std::string interpolate(Node&, const Environment&, Diagnostics&, std::vector<std::filesystem::path>& files);

}  // namespace answerback::config
