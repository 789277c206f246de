#include "probes/llm/key.h"

#include <fstream>

#include "model/text.h"

namespace answerback::probes {

LlmKey LlmKey::in_file(std::string path) {
  LlmKey key;
  key.path_ = std::move(path);
  return key;
}

std::expected<Secret, Failure> LlmKey::now() {
  if (path_.empty()) return key_;
  const net::FileStamp stamp = net::FileStamp::of(path_);
  if (stamp == stamp_ && !key_.empty()) return key_;
  std::expected<Secret, Failure> read_now = read();
  if (read_now) {
    key_ = *read_now;
    stamp_ = stamp;
  }
  if (!key_.empty()) return key_;
  return read_now;
}

std::expected<Secret, Failure> LlmKey::read() const {
  constexpr std::size_t cap = 16 * 1024;
  const auto bad = [this](std::string_view what) {
    return std::unexpected(
        Failure{Reason::auth, "api_key_file " + one_line(path_, 200) + ": " + std::string(what)});
  };
  std::ifstream file(path_, std::ios::binary);
  if (!file) return bad("cannot be read");
  std::string text(cap, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  constexpr std::string_view blank = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blank);
  if (begin == std::string::npos) return bad("is empty");
  text = text.substr(begin, text.find_last_not_of(blank) + 1 - begin);
  if (text.size() >= cap || text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
    return bad("holds no key: it has more than one line");
  return Secret(std::move(text));
}

}  // namespace answerback::probes
