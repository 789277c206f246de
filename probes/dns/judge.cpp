#include <algorithm>

#include "model/text.h"
#include "probes/dns/dns.h"

namespace answerback::probes {
namespace {

constexpr std::size_t answers_shown = 5;

std::string shown(const std::vector<net::DnsRecord>& records) {
  std::string list;
  for (std::size_t i = 0; i < std::min(records.size(), answers_shown); ++i)
    list += (i == 0 ? "" : ", ") + one_line(records[i].text, 80);
  if (records.size() > answers_shown)
    list += " and " + std::to_string(records.size() - answers_shown) + " more";
  return records.empty() ? "nothing" : list;
}

Failure unlike(const std::string& wanted, const std::vector<net::DnsRecord>& got) {
  return {Reason::assertion, "wanted " + wanted + ", got " + shown(got)};
}

bool same(const std::vector<std::string>& wanted, const std::vector<net::DnsRecord>& got) {
  return std::ranges::is_permutation(wanted, got, {}, {}, &net::DnsRecord::text);
}

std::string listed(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
  return list;
}

std::optional<Failure> judge_rcode(const DnsSettings& settings, unsigned rcode) {
  const std::string got = net::dns_rcode_name(rcode);
  if (got == settings.expect.rcode) return std::nullopt;
  if (settings.expect.rcode != "NOERROR")
    return Failure{Reason::assertion, "wanted " + settings.expect.rcode + ", got " + got};
  if (got == "NXDOMAIN") return Failure{Reason::dns_nxdomain, "no such name (NXDOMAIN)"};
  return Failure{Reason::dns_failure, "answers " + got};
}

std::optional<Failure> judge_answers(const DnsExpect& expect, const std::vector<net::DnsRecord>& got) {
  const auto count = static_cast<std::int64_t>(got.size());
  if (!expect.equals.empty() && !same(expect.equals, got))
    return unlike("exactly " + listed(expect.equals), got);
  for (const std::string& wanted : expect.contains)
    if (std::ranges::count(got, wanted, &net::DnsRecord::text) == 0)
      return unlike(wanted + " among them", got);
  if (expect.at_least && count < *expect.at_least)
    return unlike("at least " + std::to_string(*expect.at_least) + " answers", got);
  if (expect.at_most && count > *expect.at_most)
    return unlike("at most " + std::to_string(*expect.at_most) + " answers", got);
  for (const net::DnsRecord& record : got) {
    if (expect.matches && !expect.matches->found_in(record.text))
      return unlike("each to match " + expect.matches->text(), got);
    if (expect.not_matches && expect.not_matches->found_in(record.text))
      return unlike("none to match " + expect.not_matches->text(), got);
    if (expect.min_ttl && record.ttl < *expect.min_ttl)
      return Failure{Reason::assertion, "wanted a TTL of at least " + std::to_string(*expect.min_ttl) +
                                            " s, got " + std::to_string(record.ttl) + " s for " +
                                            one_line(record.text, 80)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Failure> judge(const DnsSettings& settings, const net::DnsMessage& message) {
  if (auto failure = judge_rcode(settings, message.rcode)) return failure;
  if (settings.expect.authoritative && !message.authoritative)
    return Failure{Reason::assertion, "wanted an authoritative answer, got one at second hand"};
  const auto answers = net::answers_to(settings.question, message);
  if (!answers) return answers.error();
  // A name without such a record is as good as no name, unless no answer is wanted.
  const bool wanted = settings.expect.rcode == "NOERROR" && settings.expect.at_least.value_or(1) > 0;
  if (answers->empty() && wanted)
    return Failure{Reason::dns_nxdomain,
                   "the name exists but has no " + net::dns_type_name(settings.question.type) + " record"};
  return judge_answers(settings.expect, *answers);
}

}  // namespace answerback::probes
