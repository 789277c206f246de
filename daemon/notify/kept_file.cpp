#include "notify/kept_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

namespace answerback::notify {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t largest = 256UL * 1024 * 1024;  // a file beyond it is not ours

class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<std::string> failed(std::string_view doing, const fs::path& path) {
  return std::unexpected("cannot " + std::string(doing) + " " + path.string() + ": " +
                         std::system_category().message(errno));
}

std::expected<void, std::string> write_synced(const fs::path& path, std::string_view text) {
  const Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (file.get() < 0) return failed("open", path);
  while (!text.empty()) {
    const ssize_t count = ::write(file.get(), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("write", path);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fsync(file.get()) != 0) return failed("sync", path);
  return {};
}

std::expected<void, std::string> sync_folder(const fs::path& folder) {
  const Descriptor opened(folder, O_RDONLY | O_DIRECTORY);
  if (opened.get() < 0 || ::fsync(opened.get()) != 0) return failed("sync", folder);
  return {};
}

// Never deleted: a person may want to know what was in it.
Found set_aside(const fs::path& file, const std::string& why) {
  fs::path aside;
  std::error_code error;
  for (int i = 1; i == 1 || fs::exists(aside, error); ++i)
    aside = file.string() + ".unusable." + std::to_string(i);
  fs::rename(file, aside, error);
  return {.kept = {},
          .trouble = file.string() + " cannot be used (" + why + ")" +
                     (error ? "" : "; it is now " + aside.string())};
}

}  // namespace

fs::path kept_file(const fs::path& state_dir) { return state_dir / "notifications.json"; }

std::expected<void, std::string> save(const fs::path& file, std::string_view text) {
  std::error_code ignored;  // opening says it, too
  fs::create_directories(file.parent_path(), ignored);
  const fs::path beside = file.string() + ".new";
  if (auto written = write_synced(beside, text); !written) return written;
  if (::rename(beside.c_str(), file.c_str()) != 0) return failed("rename", beside);
  return sync_folder(file.parent_path());
}

Found find_kept(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  if (error == std::errc::no_such_file_or_directory) return {};
  if (error) return {.kept = {}, .trouble = "cannot read " + file.string() + ": " + error.message()};
  if (size > largest) return set_aside(file, "it is larger than any we write");
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) return {.kept = {}, .trouble = "cannot read " + file.string()};
  auto kept = parse_kept(text);
  if (!kept) return set_aside(file, kept.error());
  return {.kept = *std::move(kept), .trouble = {}};
}

}  // namespace answerback::notify
