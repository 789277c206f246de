#pragma once
// Probe type `postgres`: signs in, asks a query, looks for tables, the role and the connections left. The
// talking is done in answerback-worker (probes/postgres/worker.h); here is what surrounds it.

#include <memory>
#include <string>
#include <vector>

#include "probe/probe.h"
#include "probes/postgres/dsn.h"

namespace answerback::probes {

extern const ProbeType postgres;

struct PostgresSettings {
  Dsn dsn = {};
  std::string query = "SELECT 1";
  std::vector<std::string> tables = {};
  std::string role = "any";                          // or "primary", "replica"
  double pressure_warn = 0.8, pressure_fail = 0.95;  // of max_connections
};

PostgresSettings read_postgres(config::Fields&);
std::unique_ptr<Probe> make_postgres(PostgresSettings, Services&);

}  // namespace answerback::probes
