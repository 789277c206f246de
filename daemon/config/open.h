#pragma once
// A file beside the configuration, read with the same care: places, carets, unknown and duplicate keys.
// Nothing is filled in: a bcrypt hash is full of dollar signs.

#include <filesystem>
#include <optional>

#include "config/diagnostics.h"
#include "config/fields.h"

namespace answerback::config {

// The mapping the file holds (an empty file is an empty one); nothing, and the reason in Diagnostics, where
// it cannot be read at all. Whoever reads it calls finish().
std::optional<Fields> open(const std::filesystem::path&, Diagnostics&);

}  // namespace answerback::config
