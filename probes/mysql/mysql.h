#pragma once
// Probe type `mysql`: signs in to MySQL or MariaDB, asks a query, looks for tables, whether it may be written
// to and the connections left. The talking is done in answerback-worker (probes/mysql/worker.h); here is what
// surrounds it.

#include <optional>
#include <string>
#include <vector>

#include "probe/probe.h"
#include "probes/mysql/dsn.h"

namespace answerback::probes {

extern const ProbeType mysql;

struct MysqlSettings {
  MysqlDsn dsn = {};
  bool tls = false, verify = true;
  std::string ca_file = {}, cert_file = {}, key_file = {};
  std::string query = "SELECT 1";
  std::optional<std::string> expect = {};
  std::vector<std::string> tables = {};
  bool writable = false;
  double pressure_warn = 0.8, pressure_fail = 0.95;  // of max_connections
};

MysqlSettings read_mysql(config::Fields&);

}  // namespace answerback::probes
