#include "config/files.h"

#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace answerback::config {
namespace {

constexpr int patience = 2000;  // milliseconds, for the next bytes of a pipe

struct Descriptor {
  explicit Descriptor(int n) : number(n) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  const int number;
};

std::string unreadable(int error) { return "cannot be read: " + std::generic_category().message(error); }

}  // namespace

std::expected<std::string, std::string> read_file(const std::filesystem::path& path, std::size_t cap) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return std::unexpected("this is a directory, not a file");
  // Never waits to be opened, as a pipe without a writer would: who reads also ends the daemon.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (file.number < 0) {
    if (errno == ENOENT) return std::unexpected("no such file");
    return std::unexpected(unreadable(errno));
  }
  std::string bytes;
  std::array<char, 16384> chunk;
  for (;;) {
    const ssize_t got = ::read(file.number, chunk.data(), chunk.size());
    if (got == 0) return bytes;
    if (got > 0) {
      bytes.append(chunk.data(), static_cast<std::size_t>(got));
      if (bytes.size() > cap)
        return std::unexpected("too large: more than " + std::to_string(cap >> 10U) + " KiB");
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return std::unexpected(unreadable(errno));
    pollfd waited{.fd = file.number, .events = POLLIN, .revents = 0};
    if (::poll(&waited, 1, patience) == 0) return std::unexpected("a pipe that brings nothing");
  }
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
