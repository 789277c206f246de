#include "config/files.h"

#include <glob.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace answerback::config {

std::expected<std::string, std::string> read_file(const std::filesystem::path& path, std::size_t cap) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return std::unexpected("this is a directory, not a file");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (!file) {
    if (errno == ENOENT) return std::unexpected("no such file");
    return std::unexpected("cannot be read: " + std::generic_category().message(errno));
  }
  std::string bytes;
  std::array<char, 16384> chunk;
  while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
    bytes.append(chunk.data(), got);
    if (bytes.size() > cap)
      return std::unexpected("too large: more than " + std::to_string(cap >> 10U) + " KiB");
  }
  if (std::ferror(file.get()) != 0)
    return std::unexpected("cannot be read: " + std::generic_category().message(errno));
  return bytes;
}

bool has_wildcard(const std::string& pattern) { return pattern.find_first_of("*?[") != std::string::npos; }

std::vector<std::filesystem::path> matching(const std::filesystem::path& pattern) {
  glob_t found{};
  std::vector<std::filesystem::path> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return paths;
}

}  // namespace answerback::config
