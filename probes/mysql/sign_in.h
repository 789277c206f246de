#pragma once
// From nothing to a session with a MySQL or MariaDB server, by libmariadb, telling each phase as it begins.
// Blocks.
//
// Nothing is read from option files, no file of ours can be asked for (LOCAL INFILE), no second connection is
// made, and a server may not choose how we sign in: the list is closed, and a password is sent in the clear
// only through TLS whose certificate was verified.

#include <mysql.h>

#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "model/phase.h"
#include "model/result.h"

namespace answerback::probes {

struct MysqlTarget {
  std::string host, socket, user, password, database;  // host empty: the unix socket
  unsigned port;
  bool tls, verify;
  std::string ca_file, cert_file, key_file;  // empty: none
  int left_ms, addresses;                    // how many the host has: the time is shared by them
};

struct CloseMysql {
  void operator()(MYSQL* session) const { mysql_close(session); }
};
using MysqlSession = std::unique_ptr<MYSQL, CloseMysql>;

std::expected<MysqlSession, Failure> sign_in_mysql(const MysqlTarget&,
                                                   const std::function<void(Phase)>& on_phase);

}  // namespace answerback::probes
