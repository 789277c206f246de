#pragma once
// SQLite as we use it: one connection, one thread at a time, statements that bind what they are given.
//
// The first error sticks: from then on everything does nothing, so that a caller asks once, at the end. A
// connection that broke is closed and opened anew, never used further.

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace answerback::sinks {

struct Broken {
  int code = 0;      // of SQLite, primary
  std::string what;  // "disk I/O error (No space left on device)"
};

class Database {
 public:
  enum class Mode : std::uint8_t {
    owned,   // read and written by us alone, made where it is missing
    frozen,  // on a disk that cannot be written: read as it lies there, its log left out
  };
  static std::expected<std::unique_ptr<Database>, Broken> open(const std::string& file, Mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void run(const char* sql);  // one or more statements
  const std::optional<Broken>& broken() const { return broken_; }

 private:
  friend class Statement;
  Database() = default;
  void check(int code);

  sqlite3* handle_ = nullptr;
  std::optional<Broken> broken_;
};

class Statement {
 public:
  Statement(Database&, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Binds all, runs to the end, and can be run again.
  template <class... Values>
  void run(const Values&... values) {
    if (database_.broken()) return;
    int at = 0;
    (bind(++at, values), ...);
    while (next()) {
    }
    reset();
  }

  template <class... Values>
  Statement& with(const Values&... values) {
    int at = 0;
    if (!database_.broken()) (bind(++at, values), ...);
    return *this;
  }
  bool next();  // to the next row; false at the end and when something broke
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  bool null(int column) const;

 private:
  void bind(int at, std::int64_t);
  void bind(int at, double);
  void bind(int at, std::string_view);
  void bind(int at, const std::optional<std::int64_t>&);
  void reset();

  Database& database_;
  sqlite3_stmt* handle_ = nullptr;
};

}  // namespace answerback::sinks
