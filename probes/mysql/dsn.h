#pragma once
// A connection string for MySQL or MariaDB, as applications are given it: mysql://user:password@host:port/db.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace answerback::probes {

struct MysqlDsn {
  std::string host = {};  // name or address without brackets; empty: `socket`
  std::uint16_t port = 3306;
  std::string socket = {};                              // path of a unix socket
  std::string user = {}, password = {}, database = {};  // decoded; the password is secret
  bool operator==(const MysqlDsn&) const = default;
};

// Schemes mysql and mariadb, with or without a driver (mysql+pymysql:). Of parameters `socket` and
// `unix_socket` are read, `charset` is passed over. Says what is wrong without repeating what may be secret.
std::expected<MysqlDsn, std::string> parse_mysql_dsn(std::string_view);

// Neither the network nor anybody on it is between us and the server.
bool on_this_machine(const MysqlDsn&);

}  // namespace answerback::probes
