#include "sinks/state_file.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "model/text.h"

namespace answerback::sinks {
namespace {

constexpr std::int64_t application_id = 0x616e7362;  // "ansb": the file is ours

std::int64_t number(Database& db, std::string_view pragma) {
  Statement rows(db, pragma);
  return rows.next() ? rows.integer(0) : 0;
}

bool unreadable(const Broken& broken) {
  return broken.code == SQLITE_CORRUPT || broken.code == SQLITE_NOTADB || broken.code == SQLITE_FORMAT;
}

bool not_writable(const Broken& broken) {
  return broken.code == SQLITE_READONLY || broken.code == SQLITE_CANTOPEN || broken.code == SQLITE_PERM;
}

// What a file that opens is found to be.
struct Found {
  std::int64_t version = 0;
  std::string wrong;  // why it cannot be used as it is; empty: it can
};

Found inspect(Database& db) {
  Found out;
  const auto id = number(db, "PRAGMA application_id");
  out.version = number(db, "PRAGMA user_version");
  const bool empty = number(db, "SELECT count(*) FROM sqlite_schema") == 0;
  if (!empty && id != application_id) out.wrong = "it is a database of another program";
  if (empty) out.version = 0;
  Statement check(db, "PRAGMA quick_check(1)");
  if (check.next() && check.text(0) != "ok") out.wrong = check.text(0);
  return out;
}

void migrate(Database& db, std::int64_t from, std::span<const char* const> migrations) {
  db.run("BEGIN IMMEDIATE");
  for (auto version = static_cast<std::size_t>(from); version < migrations.size(); ++version) {
    db.run(migrations[version]);
  }
  db.run(("PRAGMA application_id=" + std::to_string(application_id)).c_str());
  db.run(("PRAGMA user_version=" + std::to_string(migrations.size())).c_str());
  db.run("COMMIT");
}

void sync_folder_of(const std::string& file) {
  const std::string folder = std::filesystem::path(file).parent_path();
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  (void)::fsync(fd);
  ::close(fd);
}

bool exists(const std::string& file) {
  struct stat unused{};
  return ::lstat(file.c_str(), &unused) == 0;
}

// Empty if that could not be done.
std::string set_aside(const std::string& file, Wall now) {
  std::string stem = file + ".set-aside-" + iso_time(now);
  std::erase(stem, ':');
  std::string name = stem;
  for (int n = 2; exists(name); ++n) name = stem + "-" + std::to_string(n);
  if (std::rename(file.c_str(), name.c_str()) != 0) return {};
  for (const char* suffix : {"-wal", "-journal", "-shm"}) {
    (void)std::rename((file + suffix).c_str(), (name + suffix).c_str());
  }
  sync_folder_of(file);
  return name;
}

// One that we began and could not finish; nothing has ever been in it.
void remove_unfinished(const std::string& file) {
  for (const char* suffix : {"", "-wal", "-journal"}) ::unlink((file + suffix).c_str());
}

// Why a new file cannot be made; SQLite tries again to read it, and then knows only that there is none.
std::string unmakable(const std::string& file, const Broken& broken) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) return std::string("cannot be made: ") + std::strerror(errno);
  ::close(fd);
  ::unlink(file.c_str());
  return broken.what;
}

// Why a file cannot be a database at all; SQLite takes some of these for empty ones and writes over them.
std::string no_database(const std::string& file) {
  constexpr std::string_view magic("SQLite format 3\0", 16);
  std::ifstream in(file, std::ios::binary);
  std::string head(magic.size(), ' ');
  if (!in) return {};
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  if (in.gcount() == 0) return in.bad() ? "" : "it is empty";
  return head == magic ? "" : "it is no database";
}

std::string newer(const std::string& file, std::int64_t version, std::size_t ours) {
  return file + " is of version " + std::to_string(version) +
         ", written by a newer answerback; this one knows " + std::to_string(ours) +
         ": run the newer one, or give this one another state_dir";
}

std::expected<StateFile, Unusable> open_frozen(const std::string& file, std::size_t ours) {
  auto db = Database::open(file, Database::Mode::frozen);
  if (!db) return std::unexpected(Unusable{.refused = false, .why = file + ": " + db.error().what});
  const Found found = inspect(**db);
  if (found.version > static_cast<std::int64_t>(ours)) {
    return std::unexpected(Unusable{.refused = true, .why = newer(file, found.version, ours)});
  }
  if ((*db)->broken() || !found.wrong.empty() || found.version < static_cast<std::int64_t>(ours)) {
    return std::unexpected(Unusable{.refused = false, .why = file + " cannot be written"});
  }
  return StateFile{.database = std::move(*db), .set_aside = {}, .why = {}, .writable = false};
}

}  // namespace

std::expected<StateFile, Unusable> open_state_file(const std::string& file,
                                                   std::span<const char* const> migrations, Wall now) {
  StateFile out;
  const auto aside = [&](const std::string& why) -> bool {
    if (!out.set_aside.empty()) return false;  // a new one that is broken, too, is the disk's doing
    out.set_aside = set_aside(file, now);
    out.why = why;
    return !out.set_aside.empty();
  };
  const auto unusable = [&](const std::string& why) {
    return std::unexpected(Unusable{.refused = false, .why = file + ": " + why});
  };
  if (const std::string why = no_database(file); !why.empty() && !aside(why)) return unusable(why);

  for (;;) {
    const bool fresh = !exists(file);
    auto opened = Database::open(file, Database::Mode::owned);
    std::optional<Broken> broken = opened ? std::nullopt : std::optional(opened.error());
    if (opened) {
      out.database = std::move(*opened);
      Database& db = *out.database;
      const Found found = inspect(db);
      broken = db.broken();
      if (fresh) (void)::chmod(file.c_str(), S_IRUSR | S_IWUSR);  // its log takes the same mode
      if (!broken && found.version > static_cast<std::int64_t>(migrations.size())) {
        return std::unexpected(
            Unusable{.refused = true, .why = newer(file, found.version, migrations.size())});
      }
      if (!broken && !found.wrong.empty()) broken = Broken{.code = SQLITE_CORRUPT, .what = found.wrong};
      if (!broken) {
        db.run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=128; PRAGMA synchronous=FULL");
        if (found.version < static_cast<std::int64_t>(migrations.size()))
          migrate(db, found.version, migrations);
        broken = db.broken();
      }
      if (!broken) {
        if (fresh) sync_folder_of(file);
        return out;
      }
      out.database.reset();
    }
    if (fresh) remove_unfinished(file);
    if (not_writable(*broken) && fresh) return unusable(unmakable(file, *broken));
    if (not_writable(*broken)) return open_frozen(file, migrations.size());
    if (!unreadable(*broken)) return unusable(broken->what);
    if (!aside(broken->what)) return unusable(broken->what);
  }
}

}  // namespace answerback::sinks
