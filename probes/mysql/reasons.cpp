#include "probes/mysql/reasons.h"

#include <algorithm>

#include "model/text.h"

namespace answerback::probes {
namespace {

struct MysqlCode {
  unsigned code;
  Reason reason;
};

constexpr MysqlCode mysql_codes[] = {
    {1021, Reason::not_ready},             // disk full
    {1037, Reason::not_ready},             // out of memory
    {1038, Reason::not_ready},             // out of sort memory
    {1040, Reason::too_many_connections},  // of the server
    {1041, Reason::not_ready},             // out of resources
    {1043, Reason::protocol},              // bad handshake
    {1044, Reason::forbidden},             // this database: also how one that is missing looks to most users
    {1045, Reason::auth},
    {1046, Reason::no_database},
    {1047, Reason::not_ready},  // Galera: the node has not joined yet
    {1049, Reason::no_database},
    {1053, Reason::not_ready},  // shutting down
    {1129, Reason::forbidden},  // host blocked after too many errors
    {1130, Reason::auth},       // host not allowed
    {1142, Reason::forbidden},  // table
    {1143, Reason::forbidden},  // column
    {1146, Reason::missing_table},
    {1203, Reason::too_many_connections},  // of the user, by the server's setting
    {1205, Reason::query_timeout},         // waiting for a lock
    {1226, Reason::too_many_connections},  // of the user, by the account's limits
    {1227, Reason::forbidden},             // a privilege
    {1251, Reason::auth},                  // no common authentication
    {1290, Reason::read_only},             // the server runs with --read-only
    {1317, Reason::query_timeout},         // interrupted
    {1370, Reason::forbidden},             // routine
    {1698, Reason::auth},                  // no password
    {1820, Reason::auth},                  // password has to be changed first
    {1836, Reason::read_only},
    {1862, Reason::auth},           // password expired
    {1927, Reason::not_ready},      // MariaDB: connection killed
    {1969, Reason::query_timeout},  // MariaDB: max_statement_time
    {2002, Reason::connect_refused},
    {2005, Reason::dns_failure},
    {2006, Reason::truncated},
    {2007, Reason::protocol},
    {2008, Reason::too_large},  // out of memory, of which we allow it a share
    {2012, Reason::protocol},
    {2013, Reason::truncated},
    {2014, Reason::protocol},
    {2020, Reason::too_large},
    {2026, Reason::tls_protocol},
    {2027, Reason::protocol},
    {2049, Reason::auth_downgrade},  // the hash of 1999
    {2059, Reason::auth_downgrade},  // the server wants a way of signing in that we do not have
    {2061, Reason::auth},
    {3024, Reason::query_timeout},   // MySQL: max_execution_time
    {3032, Reason::not_ready},       // offline mode
    {3118, Reason::auth},            // MySQL: account locked
    {3159, Reason::tls_protocol},    // only over TLS
    {4151, Reason::auth},            // MariaDB: account locked
    {5010, Reason::auth_downgrade},  // a way of signing in that we refuse
};
static_assert(std::ranges::is_sorted(mysql_codes, {}, &MysqlCode::code));

struct MysqlWords {
  std::string_view words;
  Reason reason;
};

// Behind the library's own codes; "(111)" and "system error: 104" are the system's numbers.
constexpr MysqlWords mysql_words[] = {
    {"(111)", Reason::connect_refused},
    {"(2)", Reason::connect_refused},  // no unix socket
    {"(110)", Reason::connect_timeout},
    {"(101)", Reason::unreachable},
    {"(113)", Reason::unreachable},
    {"system error: 110", Reason::read_timeout},
    {"system error: 104", Reason::reset},
    {"has expired", Reason::tls_expired},
    {"not yet valid", Reason::tls_not_yet_valid},
    {"ostname mismatch", Reason::tls_host_mismatch},
    {"IP address mismatch", Reason::tls_host_mismatch},
    {"Validation of SSL server certificate failed", Reason::tls_host_mismatch},
    {"certificate verify failed", Reason::tls_untrusted},
    {"self-signed certificate", Reason::tls_untrusted},
    {"self signed certificate", Reason::tls_untrusted},
    {"local issuer certificate", Reason::tls_untrusted},
    {"No such file", Reason::tls_untrusted},  // an authority's file that is not there
};

bool of_the_library(unsigned code) { return (code >= 2000 && code < 3000) || code >= 5000; }

}  // namespace

Failure mysql_failure(unsigned code, std::string_view message, Reason otherwise) {
  Failure failure{otherwise, "error " + std::to_string(code) + ": " + one_line(message, 600)};
  const auto known = std::ranges::lower_bound(mysql_codes, code, {}, &MysqlCode::code);
  if (known != std::end(mysql_codes) && known->code == code) failure.reason = known->reason;
  if (of_the_library(code))
    if (const auto said = std::ranges::find_if(
            mysql_words, [&](const MysqlWords& row) { return message.contains(row.words); });
        said != std::end(mysql_words))
      failure.reason = said->reason;
  return failure;
}

}  // namespace answerback::probes
