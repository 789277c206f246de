#include "probes/mysql/dsn.h"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace answerback::probes {
namespace {

using DsnError = std::unexpected<std::string>;

// A zero byte would end the text early for a client library in C.
bool holds_zero_byte(const MysqlDsn& dsn) {
  return std::ranges::any_of(std::array{&dsn.host, &dsn.socket, &dsn.user, &dsn.password, &dsn.database},
                             [](const std::string* text) { return text->contains('\0'); });
}

}  // namespace

std::expected<MysqlDsn, std::string> parse_mysql_dsn(std::string_view text) {
  const std::string_view scheme = text.substr(0, std::min(text.find_first_of("+:"), text.size()));
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || (scheme != "mysql" && scheme != "mariadb"))
    return DsnError("is not like mysql://user:password@host:3306/database");
  const std::string plain = "mysql" + std::string(text.substr(colon));
  const auto url = boost::urls::parse_uri(plain);
  if (!url || url->has_fragment() || url->encoded_path().contains('@'))
    return DsnError("is not a URL (is there a special character in the password? write it as %XX)");

  MysqlDsn dsn{.host = url->host_address(), .user = url->user(), .password = url->password()};
  if (url->has_port() && !url->port().empty()) dsn.port = url->port_number();
  if (dsn.port == 0) return DsnError("has a port that is not one (1 to 65535)");
  if (url->segments().size() > 1) return DsnError("has more than a database behind the host");
  if (!url->segments().empty()) dsn.database = url->segments().front();
  for (const auto& parameter : url->params()) {
    if (parameter.key == "socket" || parameter.key == "unix_socket")
      dsn.socket = parameter.value;
    else if (parameter.key != "charset")
      return DsnError(
          "has a parameter that is neither socket nor charset; TLS has the keys tls and tls_config");
  }
  if (!dsn.socket.empty()) dsn.host.clear();
  if (dsn.host.empty() && dsn.socket.empty()) return DsnError("names no host");
  if (holds_zero_byte(dsn)) return DsnError("has a zero byte");
  return dsn;
}

bool on_this_machine(const MysqlDsn& dsn) {
  if (dsn.host.empty() || dsn.host == "localhost") return true;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(dsn.host, error);
  return !error && address.is_loopback();
}

}  // namespace answerback::probes
