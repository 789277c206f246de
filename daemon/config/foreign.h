#pragma once
// A YAML file of another program (blackbox.yml): read as our own, each key with its place, but nothing is
// filled in: a ${1} in it is its own.

#include <filesystem>
#include <optional>
#include <string>

#include "config/diagnostics.h"
#include "config/fields.h"

namespace answerback::config {

// Its top-level mapping; nothing, and the reason among the diagnostics, where the file cannot be read, is no
// YAML or has a key twice. What is wrong with single keys is reported as they are read. `named`: how
// messages call the file.
std::optional<Fields> read_foreign(const std::filesystem::path&, std::string named, Diagnostics&);

}  // namespace answerback::config
