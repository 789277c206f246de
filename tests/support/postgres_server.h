#pragma once
// A real PostgreSQL server of the test's own: a fresh cluster in a temporary folder, on a port of 127.0.0.1
// and on a unix socket, gone with the object (and with the test program, should that die).
//
// Users: postgres (superuser, socket only, no password); canary (password "right"), shut ("right", NOLOGIN)
// and expired
// ("right", no longer valid). Database chat with the tables threads and archive.runs. TLS with a certificate
// of its own for "localhost" (certificate()).

#include <sys/types.h>

#include <optional>
#include <string>

namespace answerback::test {

class PostgresServer {
 public:
  // Why there can be none here (no binaries); nullopt where there can.
  static std::optional<std::string> unavailable();

  PostgresServer();  // throws std::runtime_error with the server's own words
  explicit PostgresServer(const PostgresServer& primary);  // a standby following it
  ~PostgresServer();

  void start();
  void stop();
  void freeze();  // the postmaster alone: it accepts nobody any more, connected sessions live on
  void thaw();

  std::string dsn(const std::string& more = "", const std::string& user = "canary",
                  const std::string& password = "right", const std::string& database = "chat") const;
  std::string socket_dsn() const;  // as superuser
  std::string certificate() const { return folder_ + "/server.crt"; }
  int port() const { return port_; }

 private:
  void run(const std::string& command) const;  // in a shell, as the user the server runs as
  void make_folder();
  void signal(int) const;

  std::string folder_;
  int port_ = 0;
  pid_t postmaster_ = -1;
};

}  // namespace answerback::test
