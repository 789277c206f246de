#include "blackbox/common.h"

#include "credentials/tls_keys.h"

namespace answerback::blackbox {
namespace {

constexpr const char* left_out = "not supported by answerback: this module is left out";

}  // namespace

IpChoice read_ip_choice(config::Fields& fields) {
  // Empty is ip6 there, too.
  const std::string preferred = fields.one_of("preferred_ip_protocol", "", {"", "ip4", "ip6"}, "");
  return {.prefer_v6 = preferred != "ip4", .fall_back = fields.flag("ip_protocol_fallback", true, "")};
}

std::optional<net::Address> read_source(config::Fields& fields) {
  return fields.parsed<std::optional<net::Address>>(
      "source_ip_address", "", "",
      [](std::string_view text) -> std::expected<std::optional<net::Address>, std::string> {
        boost::system::error_code error;
        const net::Address address = boost::asio::ip::make_address(std::string(text), error);
        if (error) return std::unexpected("is no IP address");
        return address;
      });
}

net::TlsSettings read_tls_config(config::Fields& section) {
  config::Fields fields = section.child("tls_config", "");
  lacks(fields, {"ca", "cert", "key", "ca_ref", "cert_ref", "key_ref", "max_version", "crl_check"});
  return read_tls(fields);
}

std::vector<probes::Pattern> read_patterns(config::Fields& fields, std::string_view key) {
  std::vector<probes::Pattern> patterns;
  const auto texts = fields.texts(key, "");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto pattern = probes::Pattern::parse(texts[i]);
    if (pattern) {
      patterns.push_back(*std::move(pattern));
    } else {
      fields.error(std::string(key) + "[" + std::to_string(i) + "]", pattern.error());
    }
  }
  return patterns;
}

void lacks(config::Fields& fields, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (fields.has(key)) fields.error(key, left_out);
}

void lacks_when_set(config::Fields& fields, std::initializer_list<std::string_view> flags) {
  for (const std::string_view key : flags)
    if (fields.flag(key, false, "")) fields.error(key, left_out);
}

}  // namespace answerback::blackbox
