#pragma once
// Has a file changed? Answered by what stat() says, for one microsecond a look.

#include <sys/stat.h>

#include <cstdint>
#include <string>

namespace answerback::net {

struct FileStamp {
  std::uint64_t inode = 0, device = 0;
  std::int64_t size = -1, seconds = 0, nanoseconds = 0;  // size -1: there is no such file
  bool operator==(const FileStamp&) const = default;

  static FileStamp of(const std::string& path) {
    struct stat s{};
    if (::stat(path.c_str(), &s) != 0) return {};
    return {s.st_ino, s.st_dev, s.st_size, s.st_mtim.tv_sec, s.st_mtim.tv_nsec};
  }
};

}  // namespace answerback::net
