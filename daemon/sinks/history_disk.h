#pragma once
// The disk side of the history: takes the state_dir, reads what is there, writes what has changed. After any
// failure the file is closed, opened anew and written whole: a kernel that failed one fsync may claim success
// for the next without the data of the first. May block; used by one thread at a time.

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "sinks/history_rows.h"
#include "sinks/probe_rows.h"
#include "sinks/state_file.h"
#include "sinks/state_lock.h"

namespace answerback::sinks {

// All there is to be kept, with what of it is unwritten.
struct Keepsakes {
  Chronicler chronicler;
  ProbeRows probes;
  std::map<std::string, std::string, std::less<>> values = {}, changed_values = {};
  std::optional<Wall> seen = {};  // to be written; null: nothing was looked at

  void written();
  void nothing_is_written();
};

class HistoryDisk {
 public:
  static constexpr std::string_view file_name = "answerback.db";
  static constexpr int most_set_aside = 3;  // in the life of a process: then the disk is not to be trusted

  explicit HistoryDisk(std::string folder) : folder_(std::move(folder)) {}

  struct Start {
    std::optional<KeptHistory> kept;  // null where nothing could be read
    std::string trouble;              // why nothing can be written; empty: all is well
  };
  std::expected<Start, std::string> start(Wall now);  // or why we must not start at all

  // `sync`: not done before it would survive a loss of power; else it survives our own end only. An error
  // (why) leaves all as unwritten.
  std::expected<void, std::string> save(Keepsakes&, bool sync, Wall now);

  // What was set aside since it was last asked, as a sentence; empty: nothing.
  std::string take_notice() { return std::exchange(notice_, {}); }

  void close() { database_.reset(); }

 private:
  std::expected<void, Unusable> open(Wall now);
  std::expected<void, std::string> reopen(Keepsakes&, Wall now);

  std::string folder_;
  std::unique_ptr<StateLock> lock_;
  std::unique_ptr<Database> database_;
  bool writable_ = true;
  bool read_ = false;  // what is in the file is known to us
  int set_aside_ = 0;
  std::string notice_;
};

}  // namespace answerback::sinks
