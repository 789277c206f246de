#include "probes/postgres/dsn.h"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/url/pct_string_view.hpp>
#include <cctype>
#include <ranges>

namespace answerback::probes {
namespace {

// libpq's keywords that make sense for a program without a home or an environment.
constexpr std::array<std::string_view, 32> keywords{"application_name",
                                                    "channel_binding",
                                                    "client_encoding",
                                                    "connect_timeout",
                                                    "dbname",
                                                    "fallback_application_name",
                                                    "gssencmode",
                                                    "host",
                                                    "hostaddr",
                                                    "keepalives",
                                                    "keepalives_count",
                                                    "keepalives_idle",
                                                    "keepalives_interval",
                                                    "krbsrvname",
                                                    "load_balance_hosts",
                                                    "options",
                                                    "passfile",
                                                    "password",
                                                    "port",
                                                    "replication",
                                                    "requirepeer",
                                                    "sslcert",
                                                    "sslcrl",
                                                    "sslkey",
                                                    "ssl_max_protocol_version",
                                                    "ssl_min_protocol_version",
                                                    "sslmode",
                                                    "sslpassword",
                                                    "sslrootcert",
                                                    "sslsni",
                                                    "target_session_attrs",
                                                    "user"};
constexpr std::string_view system_authorities = "/etc/ssl/certs/ca-certificates.crt";

using Error = std::unexpected<std::string>;

std::expected<std::string, std::string> decode(std::string_view text) {
  const auto checked = boost::urls::make_pct_string_view(text);
  if (!checked) return Error("has a % that is not followed by two hexadecimal digits");
  return checked->decode();
}

std::expected<void, std::string> set(Dsn& dsn, std::string_view key, std::string value) {
  if (key == "ssl" && value == "true") key = "sslmode", value = "require";  // as JDBC writes it
  if (0 == std::ranges::count(keywords, key)) {
    const bool word = std::ranges::all_of(key, [](unsigned char c) { return std::islower(c) || c == '_'; });
    return Error("has an unknown parameter" + (word ? " \"" + std::string(key) + '"' : std::string()));
  }
  if (value.contains('\0')) return Error("has a zero byte in \"" + std::string(key) + "\"");
  dsn.insert_or_assign(std::string(key), std::move(value));
  return {};
}

std::expected<void, std::string> set_decoded(Dsn& dsn, std::string_view key, std::string_view raw) {
  if (raw.empty()) return {};
  auto value = decode(raw);
  if (!value) return Error(value.error());
  return set(dsn, key, *std::move(value));
}

struct Place {
  std::string_view host, port;
};

std::expected<Place, std::string> parse_place(std::string_view text) {
  Place place{text, {}};
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return Error("has a [ without its ]");
    place.host = text.substr(1, close - 1);
    text.remove_prefix(close + 1);
    if (!text.empty() && !text.starts_with(':')) return Error("has something other than a port behind ]");
    place.port = text.substr(std::min<std::size_t>(1, text.size()));
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    place = {text.substr(0, colon), text.substr(colon + 1)};
  }
  if (!std::ranges::all_of(place.port, [](unsigned char c) { return std::isdigit(c); }))
    return Error(
        "has a port that is not a number (is there a special character in the password? write it as %XX)");
  return place;
}

// "a:1,[::1]:2" to "a,::1" and "1,2".
std::expected<void, std::string> set_hosts(Dsn& dsn, std::string_view list) {
  std::string hosts, ports;
  bool any_port = false;
  std::string_view comma;
  for (const auto part : list | std::views::split(',')) {
    const auto place = parse_place(std::string_view(part));
    if (!place) return Error(place.error());
    any_port |= !place->port.empty();
    hosts.append(comma).append(place->host);
    ports.append(comma).append(place->port);
    comma = ",";
  }
  if (any_port) dsn["port"] = ports;
  return set_decoded(dsn, "host", hosts);
}

std::expected<Dsn, std::string> parse_uri(std::string_view rest) {
  Dsn dsn;
  const std::string_view query = rest.contains('?') ? rest.substr(rest.find('?') + 1) : "";
  rest = rest.substr(0, rest.find('?'));
  const std::size_t slash = rest.find('/');
  std::string_view authority = rest.substr(0, slash);
  const std::string_view database = slash == std::string_view::npos ? "" : rest.substr(slash + 1);

  std::expected<void, std::string> done;
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    const std::size_t colon = std::min(user.find(':'), user.size());
    if (done = set_decoded(dsn, "user", user.substr(0, colon)); !done) return Error(done.error());
    if (colon < user.size())
      if (done = set_decoded(dsn, "password", user.substr(colon + 1)); !done) return Error(done.error());
  }
  if (done = set_hosts(dsn, authority); !done) return Error(done.error());
  if (done = set_decoded(dsn, "dbname", database); !done) return Error(done.error());
  for (std::size_t begin = 0; begin < query.size();) {
    const std::size_t end = std::min(query.find('&', begin), query.size());
    const std::string_view pair = query.substr(begin, end - begin);
    begin = end + 1;
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return Error("has a parameter without \"=\"");
    const auto value = decode(pair.substr(equals + 1));
    if (!value) return Error(value.error());
    if (done = set(dsn, pair.substr(0, equals), *value); !done) return Error(done.error());
  }
  return dsn;
}

// key = value, with values in single quotes where they hold spaces, and \ before ' and \.
std::expected<Dsn, std::string> parse_pairs(std::string_view text) {
  Dsn dsn;
  const auto space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  const auto skip = [&] {
    while (!text.empty() && space(text.front())) text.remove_prefix(1);
  };
  for (skip(); !text.empty(); skip()) {
    const auto key_end = std::ranges::find_if(text, [&](char c) { return c == '=' || space(c); });
    const std::string_view key(text.begin(), key_end);
    text.remove_prefix(key.size());
    skip();
    if (!text.starts_with('=')) return Error("is neither a postgresql:// URI nor key=value pairs");
    text.remove_prefix(1);
    skip();
    const bool quoted = text.starts_with('\'');
    if (quoted) text.remove_prefix(1);
    std::string value;
    while (!text.empty() && !(quoted ? text.front() == '\'' : space(text.front()))) {
      if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
      value += text.front();
      text.remove_prefix(1);
    }
    if (quoted && text.empty()) return Error("has a quote that is not closed");
    if (quoted) text.remove_prefix(1);
    if (auto done = set(dsn, key, std::move(value)); !done) return Error(done.error());
  }
  return dsn;
}

std::string_view value_of(const Dsn& dsn, std::string_view key) {
  const auto found = dsn.find(key);
  return found == dsn.end() ? std::string_view() : std::string_view(found->second);
}

bool on_this_machine(std::string_view host) {
  if (host.empty() || host.starts_with('/') || host.starts_with('@') || host == "localhost") return true;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  return !error && address.is_loopback();
}

}  // namespace

std::expected<Dsn, std::string> parse_dsn(std::string_view text) {
  const std::size_t scheme = text.find("://");
  const std::string_view name = text.substr(0, std::min(text.find_first_of("+:"), text.size()));
  if (scheme != std::string_view::npos && (name == "postgresql" || name == "postgres"))
    return parse_uri(text.substr(scheme + 3));
  return parse_pairs(text);
}

void complete_dsn(Dsn& dsn) {
  dsn.try_emplace("application_name", "answerback");
  dsn.try_emplace("gssencmode", "disable");
  bool local = true;
  for (std::string_view hosts = value_of(dsn, dsn.contains("hostaddr") ? "hostaddr" : "host"); local;) {
    const std::size_t comma = hosts.find(',');
    local = on_this_machine(hosts.substr(0, comma));
    if (comma == std::string_view::npos) break;
    hosts.remove_prefix(comma + 1);
  }
  dsn.try_emplace("sslmode", local ? "prefer" : "verify-full");
  const bool verified = value_of(dsn, "sslmode").starts_with("verify-");
  if (verified && (!dsn.contains("sslrootcert") || dsn["sslrootcert"] == "system"))
    dsn["sslrootcert"] = system_authorities;  // the word "system" came with libpq 16
}

std::string host_to_resolve(const Dsn& dsn) {
  const std::string_view host = value_of(dsn, "host");
  if (dsn.contains("hostaddr") || host.starts_with('/') || host.starts_with('@') || host.contains(','))
    return {};
  return std::string(host);
}

}  // namespace answerback::probes
