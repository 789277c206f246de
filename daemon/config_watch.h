#pragma once
// Has the configuration changed on disk? Asked now and then; answered by stat() of every file it was read
// from and every folder whose files it includes. stat() follows symlinks, so that a ConfigMap is noticed too,
// whose kubelet swaps a link above the file (an inotify watch on the file goes blind with the first swap).
// One thread at a time.

#include <filesystem>
#include <map>
#include <vector>

#include "net/file_stamp.h"

namespace answerback {

class ConfigWatch {
 public:
  using Paths = std::vector<std::filesystem::path>;

  // Around each load, so that what changes while it is read is a change. `read` is what it was read from,
  // nothing where the load failed: then the old files are looked at on, and a broken file is not tried again
  // before it changes.
  void before_load();
  void after_load(const Paths& read);

  // True once for each change, when it has stood still from one look to the next: a file half written is not
  // read.
  bool changed();

 private:
  using Stamps = std::map<std::filesystem::path, net::FileStamp>;
  Stamps look() const;

  Stamps loaded_, last_;
};

}  // namespace answerback
