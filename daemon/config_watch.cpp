#include "config_watch.h"

#include <utility>

namespace answerback {

ConfigWatch::Stamps ConfigWatch::look() const {
  Stamps now;
  for (const auto& [path, stamp] : loaded_) now.emplace(path, net::FileStamp::of(path));
  return now;
}

void ConfigWatch::before_load() { loaded_ = last_ = look(); }

void ConfigWatch::after_load(const Paths& read) {
  if (read.empty()) return;
  Stamps before = std::exchange(loaded_, {});
  for (const auto& path : read) {
    const auto known = before.find(path);
    loaded_.emplace(path, known != before.end() ? known->second : net::FileStamp::of(path));
  }
  last_ = loaded_;
}

bool ConfigWatch::changed() {
  Stamps now = look();
  const bool settled = now == last_;
  last_ = std::move(now);
  return settled && last_ != loaded_;
}

}  // namespace answerback
