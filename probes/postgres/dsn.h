#pragma once
// A PostgreSQL connection string, as a URI or as key=value pairs, taken apart at load: libpq itself would do
// it, and is not in this process. https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING

#include <expected>
#include <map>
#include <string>
#include <string_view>

namespace answerback::probes {

// By libpq's keywords; holds the password.
using Dsn = std::map<std::string, std::string, std::less<>>;

// Says what is wrong without repeating what may be secret. A driver in the scheme, as SQLAlchemy writes it
// (postgresql+asyncpg:), is passed over.
std::expected<Dsn, std::string> parse_dsn(std::string_view);

// Fills in what we want and the string leaves open: application_name, no GSS encryption, certificates
// verified unless the server is on this machine, by the system's authorities.
void complete_dsn(Dsn&);

// The one host to look up, or empty: a unix socket, an address given beside it, or several hosts (libpq's own
// business).
std::string host_to_resolve(const Dsn&);

}  // namespace answerback::probes
