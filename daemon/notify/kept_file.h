#pragma once
// The file in state_dir that holds what must outlive a restart. A save is whole or not at all, and on disk
// when it returns: written beside, synced, renamed, the folder synced. Blocks.

#include <expected>
#include <filesystem>
#include <string>

#include "notify/kept.h"

namespace answerback::notify {

std::filesystem::path kept_file(const std::filesystem::path& state_dir);

// Makes the folder where it is missing. Says what went wrong.
std::expected<void, std::string> save(const std::filesystem::path& file, std::string_view text);

struct Found {
  Kept kept;            // nothing where there is no such file, or none that can be used
  std::string trouble;  // why it could not be used, and where it was set aside
};
Found find_kept(const std::filesystem::path& file);

}  // namespace answerback::notify
