#include "blackbox/dns_verdict.h"

#include <algorithm>
#include <charconv>

#include "model/text.h"
#include "net/dns_records.h"

namespace answerback::blackbox {
namespace {

Failure about_section(std::string_view section, const std::string& what) {
  return {Reason::assertion, std::string(section) + " section: " + what};
}

std::optional<Failure> judge_records(const RecordRules& rules, const std::vector<net::DnsRecord>& records,
                                     std::string_view section) {
  if (records.empty() && !(rules.each.empty() && rules.some.empty()))
    return about_section(section, "a record was to match, and there is none");
  bool all = true, some = false;
  for (const net::DnsRecord& record : records) {
    const std::string line = net::dns_zone_line(record), shown = one_line(line, 120);
    const auto in_line = [&](const probes::Pattern& pattern) { return pattern.found_in(line); };
    if (const auto found = std::ranges::find_if(rules.none, in_line); found != rules.none.end())
      return about_section(section, shown + " matches " + found->text());
    all = all && std::ranges::all_of(rules.not_all, in_line);
    if (const auto found = std::ranges::find_if_not(rules.each, in_line); found != rules.each.end())
      return about_section(section, shown + " does not match " + found->text());
    some = some || std::ranges::any_of(rules.some, in_line);
  }
  // The name says the contrary, but this is what blackbox_exporter does with it.
  if (!rules.not_all.empty() && !all)
    return about_section(section, "not all records match fail_if_all_match_regexp");
  if (!rules.some.empty() && !some)
    return about_section(section, "no record matches fail_if_none_matches_regexp");
  return std::nullopt;
}

}  // namespace

std::optional<Failure> judge(const DnsModule& module, const net::DnsMessage& message) {
  if (std::ranges::find(module.valid_rcodes, message.rcode) == module.valid_rcodes.end()) {
    constexpr unsigned noerror = 0, nxdomain = 3;
    const Reason reason = message.rcode == noerror    ? Reason::assertion
                          : message.rcode == nxdomain ? Reason::dns_nxdomain
                                                      : Reason::dns_failure;
    return Failure{reason, "answers " + net::dns_rcode_name(message.rcode)};
  }
  if (auto failure = judge_records(module.answer, message.answers, "answer")) return failure;
  if (auto failure = judge_records(module.authority, message.authority, "authority")) return failure;
  return judge_records(module.additional, message.additional, "additional");
}

std::optional<double> zone_serial(const net::DnsMessage& message) {
  constexpr std::uint16_t soa = 6;
  std::optional<double> serial;
  for (const net::DnsRecord& record : message.answers) {
    if (record.type != soa) continue;
    // "ns.example. root.example. SERIAL …"; a name holds no bare space
    std::string_view text = record.text;
    for (int names = 0; names < 2; ++names) text.remove_prefix(std::min(text.size(), text.find(' ') + 1));
    std::uint32_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    serial = number;
  }
  return serial;
}

}  // namespace answerback::blackbox
