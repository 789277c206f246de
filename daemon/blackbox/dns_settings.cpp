#include "blackbox/dns_settings.h"

#include <algorithm>

namespace answerback::blackbox {
namespace {

RecordRules read_record_rules(config::Fields& fields, std::string_view key) {
  config::Fields section = fields.child(key, "");
  return {.none = read_patterns(section, "fail_if_matches_regexp"),
          .not_all = read_patterns(section, "fail_if_all_match_regexp"),
          .each = read_patterns(section, "fail_if_not_matches_regexp"),
          .some = read_patterns(section, "fail_if_none_matches_regexp")};
}

// A word that stands for a number; `fallback` where it is left out.
std::uint16_t read_dns_word(config::Fields& fields, std::string_view key, std::uint16_t fallback,
                            std::optional<std::uint16_t> (*number_of)(std::string_view)) {
  const std::string word = fields.text(key, "", "");
  if (word.empty()) return fallback;
  const auto number = number_of(word);
  if (!number) fields.error(key, "not known to answerback: this module is left out");
  return number.value_or(fallback);
}

std::vector<unsigned> read_rcodes(config::Fields& fields) {
  std::vector<unsigned> rcodes;
  const auto names = fields.texts("valid_rcodes", "");
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto rcode = net::dns_rcode(names[i]);
    if (rcode)
      rcodes.push_back(*rcode);
    else
      fields.error("valid_rcodes[" + std::to_string(i) + "]", "is no response code: write it as NXDOMAIN");
  }
  if (names.empty()) rcodes.push_back(0);
  return rcodes;
}

net::DnsQuestion read_question(config::Fields& fields) {
  constexpr std::uint16_t any = 255, internet = 1;
  std::string name = fields.required_text("query_name", "");
  if (name.size() > 1 && name.ends_with('.')) name.pop_back();
  net::DnsQuestion question{.name = std::move(name),
                            .type = read_dns_word(fields, "query_type", any, net::dns_type),
                            .recursion = fields.flag("recursion_desired", true, ""),
                            .rr_class = read_dns_word(fields, "query_class", internet, net::dns_class)};
  if (!std::ranges::all_of(question.name, [](char c) { return c > ' ' && c <= '~'; })) {
    fields.error("query_name", "not supported by answerback: write an international name as xn--…");
  } else if (!question.name.empty() && !net::dns_query(question, 0)) {
    fields.error("query_name", "is no name that DNS could hold");
  }
  return question;
}

}  // namespace

DnsModule read_dns(config::Fields& fields) {
  DnsModule module;
  module.ip = read_ip_choice(fields);
  module.source = read_source(fields);
  module.question = read_question(fields);
  module.tcp = fields.one_of("transport_protocol", "udp", {"", "udp", "tcp"}, "") == "tcp";
  module.tls = fields.flag("dns_over_tls", false, "");
  if (module.tls && !module.tcp) fields.error("dns_over_tls", "needs transport_protocol: tcp");
  module.tls_config = read_tls_config(fields);
  module.valid_rcodes = read_rcodes(fields);
  module.answer = read_record_rules(fields, "validate_answer_rrs");
  module.authority = read_record_rules(fields, "validate_authority_rrs");
  module.additional = read_record_rules(fields, "validate_additional_rrs");
  return module;
}

}  // namespace answerback::blackbox
