#include "sinks/state_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace answerback::sinks {
namespace {

std::string holder(int fd) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(fd, text.data(), text.size(), 0);
  std::string pid;
  for (ssize_t i = 0;
       i < size && text[static_cast<std::size_t>(i)] >= '0' && text[static_cast<std::size_t>(i)] <= '9';
       ++i) {
    pid += text[static_cast<std::size_t>(i)];
  }
  return pid.empty() ? "another answerback" : "another answerback (process " + pid + ")";
}

}  // namespace

std::expected<std::unique_ptr<StateLock>, StateLock::Refusal> StateLock::take(const std::string& folder) {
  const auto unusable = [&](const char* what) {
    return std::unexpected(
        Refusal{.taken = false, .why = folder + ": " + what + ": " + std::strerror(errno)});
  };
  struct stat it{};
  if (::stat(folder.c_str(), &it) != 0 && ::mkdir(folder.c_str(), S_IRWXU) != 0) {
    return unusable("cannot be made");
  }
  const std::string file = folder + "/lock";
  int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0 && errno == EROFS) {
    fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) errno = EROFS;  // that there is none is not the trouble
  }
  if (fd < 0) return unusable("cannot be locked");
  std::unique_ptr<StateLock> lock(new StateLock(fd));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return unusable("cannot be locked");
    return std::unexpected(
        Refusal{.taken = true,
                .why = folder + " is in use by " + holder(fd) + "; give each daemon a state_dir of its own"});
  }
  const std::string pid = std::to_string(::getpid()) + "\n";  // only told; a full disk does not matter
  if (::ftruncate(fd, 0) == 0) (void)!::pwrite(fd, pid.data(), pid.size(), 0);
  return lock;
}

StateLock::~StateLock() { ::close(fd_); }

}  // namespace answerback::sinks
