#pragma once
// Reading from disk: whole small files, and the patterns of `include`.

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace answerback::config {

constexpr std::size_t largest_file = 8U << 20U;

// The file's bytes, or what is wrong in a few words ("no such file"). Also reads pipes, so that a
// configuration can come from one.
std::expected<std::string, std::string> read_file(const std::filesystem::path&,
                                                  std::size_t cap = largest_file);

bool has_wildcard(const std::string& pattern);
std::vector<std::filesystem::path> matching(
    const std::filesystem::path& pattern);  // sorted; none where it fails

}  // namespace answerback::config
