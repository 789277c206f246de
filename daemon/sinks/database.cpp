#include "sinks/database.h"

#include <sqlite3.h>

#include <cstring>

namespace answerback::sinks {
namespace {

// SQLite calls all of these a disk I/O error.
std::string_view io_call(int extended) {
  switch (extended) {
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ: return " reading";
    case SQLITE_IOERR_WRITE: return " writing";
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC: return " in fsync";
    case SQLITE_IOERR_TRUNCATE: return " truncating";
    case SQLITE_IOERR_LOCK: return " locking";
    default: return "";
  }
}

Broken what_broke(sqlite3* handle, int code) {
  Broken out{.code = code & 0xff, .what = sqlite3_errstr(code)};
  if (handle == nullptr) return out;
  if (code != SQLITE_READONLY) out.what = sqlite3_errmsg(handle);
  out.what += io_call(sqlite3_extended_errcode(handle));
  if (const int system = sqlite3_system_errno(handle); system != 0 && out.code != SQLITE_NOTADB) {
    out.what.append(" (").append(std::strerror(system)).append(")");
  }
  return out;
}

std::string uri(const std::string& file, std::string_view query) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out = "file:";
  for (const char c : file) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '%' || c == '?' || c == '#') {
      out.append("%") += hex[byte >> 4U];
      out += hex[byte & 15U];
    } else {
      out += c;
    }
  }
  return out.append("?").append(query);
}

}  // namespace

std::expected<std::unique_ptr<Database>, Broken> Database::open(const std::string& file, Mode mode) {
  std::unique_ptr<Database> out(new Database);
  const bool owned = mode == Mode::owned;
  const std::string name = uri(file, owned ? "mode=rwc" : "mode=ro&immutable=1");
  const int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
                    (owned ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
  out->check(sqlite3_open_v2(name.c_str(), &out->handle_, flags, nullptr));
  // What cannot be written it opens for reading, without a word.
  if (owned && !out->broken_ && sqlite3_db_readonly(out->handle_, "main") != 0) out->check(SQLITE_READONLY);
  // Exclusive: no shared memory, which a full disk turns into SIGBUS, and nobody who holds our log open.
  // The caches are small: there is little to read after the start.
  out->run(
      "PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-128; PRAGMA mmap_size=0");
  if (out->broken_) return std::unexpected(*out->broken_);
  return out;
}

Database::~Database() { sqlite3_close_v2(handle_); }

void Database::check(int code) {
  const int primary = code & 0xff;
  if (primary == SQLITE_OK || primary == SQLITE_ROW || primary == SQLITE_DONE || broken_) return;
  broken_ = what_broke(handle_, code);
}

void Database::run(const char* sql) {
  if (!broken_) check(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr));
}

Statement::Statement(Database& database, std::string_view sql) : database_(database) {
  if (database_.broken_) return;
  database_.check(
      sqlite3_prepare_v2(database_.handle_, sql.data(), static_cast<int>(sql.size()), &handle_, nullptr));
}

Statement::~Statement() { sqlite3_finalize(handle_); }

bool Statement::next() {
  if (database_.broken_) return false;
  const int code = sqlite3_step(handle_);
  database_.check(code);
  return code == SQLITE_ROW;
}

void Statement::reset() {
  if (!database_.broken_) database_.check(sqlite3_reset(handle_));
}

void Statement::bind(int at, std::int64_t value) { database_.check(sqlite3_bind_int64(handle_, at, value)); }
void Statement::bind(int at, double value) { database_.check(sqlite3_bind_double(handle_, at, value)); }
void Statement::bind(int at, std::string_view value) {
  database_.check(sqlite3_bind_text(handle_, at, value.data() == nullptr ? "" : value.data(),
                                    static_cast<int>(value.size()), SQLITE_TRANSIENT));
}
void Statement::bind(int at, const std::optional<std::int64_t>& value) {
  if (value)
    bind(at, *value);
  else
    database_.check(sqlite3_bind_null(handle_, at));
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }
double Statement::real(int column) const { return sqlite3_column_double(handle_, column); }
bool Statement::null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
std::string Statement::text(int column) const {
  const auto* const bytes = sqlite3_column_blob(handle_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
  return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

}  // namespace answerback::sinks
