#include "sinks/history_disk.h"

#include <utility>

namespace answerback::sinks {

void Keepsakes::written() {
  chronicler.written();
  probes.written();
  changed_values.clear();
}

void Keepsakes::nothing_is_written() {
  chronicler.nothing_is_written();
  probes.nothing_is_written();
  changed_values = values;
}

std::expected<HistoryDisk::Start, std::string> HistoryDisk::start(Wall now) {
  auto opened = open(now);
  if (!opened && opened.error().refused) return std::unexpected(opened.error().why);
  if (!opened) return Start{.kept = std::nullopt, .trouble = opened.error().why};
  Start out{.kept = read_history(*database_), .trouble = {}};
  if (const auto broken = database_->broken()) {
    out = {.kept = std::nullopt, .trouble = folder_ + " cannot be read: " + broken->what};
    database_.reset();
    return out;
  }
  read_ = true;
  if (!writable_) {
    out.trouble = folder_ + " cannot be written";
    database_.reset();
  }
  return out;
}

std::expected<void, Unusable> HistoryDisk::open(Wall now) {
  if (!lock_) {
    auto lock = StateLock::take(folder_);
    if (!lock) return std::unexpected(Unusable{.refused = lock.error().taken, .why = lock.error().why});
    lock_ = *std::move(lock);
  }
  auto file = open_state_file(folder_ + "/" + std::string(file_name), history_migrations(), now);
  if (!file) return std::unexpected(file.error());
  if (!file->set_aside.empty()) {
    ++set_aside_;
    notice_ = file->set_aside + ": " + file->why;
  }
  database_ = std::move(file->database);
  writable_ = file->writable;
  return {};
}

std::expected<void, std::string> HistoryDisk::reopen(Keepsakes& keepsakes, Wall now) {
  if (set_aside_ >= most_set_aside) return std::unexpected(folder_ + ": its file breaks again and again");
  const auto opened = open(now);
  if (!opened) return std::unexpected(opened.error().why);
  if (!read_) {
    Statement any(*database_, "SELECT 1 FROM incident");
    if (any.next())
      return std::unexpected(folder_ + " holds what was not read at the start; restart to go on with it");
    read_ = !database_->broken();
  }
  keepsakes.nothing_is_written();
  return {};
}

std::expected<void, std::string> HistoryDisk::save(Keepsakes& keepsakes, bool sync, Wall now) {
  if (!database_) {
    if (auto done = reopen(keepsakes, now); !done || !writable_) {
      database_.reset();
      return std::unexpected(done ? folder_ + " cannot be written" : done.error());
    }
  }
  Database& db = *database_;
  db.run(sync ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
  db.run("BEGIN IMMEDIATE");
  write_chronicle(db, keepsakes.chronicler, now);
  write_probes(db, keepsakes.probes.changed());
  if (keepsakes.probes.removed()) forget_probes(db, keepsakes.probes.rows());
  write_values(db, keepsakes.changed_values);
  if (keepsakes.seen) write_seen(db, *keepsakes.seen);
  db.run("COMMIT");
  if (const auto broken = db.broken()) {
    database_.reset();
    keepsakes.nothing_is_written();
    return std::unexpected(folder_ + " cannot be written: " + broken->what);
  }
  keepsakes.written();
  return {};
}

}  // namespace answerback::sinks
