#include <algorithm>
#include <iterator>
#include <utility>

#include "model/text.h"
#include "probes/answerback/answerback.h"
#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

constexpr std::size_t parts_told = 3;  // in the detail
constexpr std::size_t parts_in_evidence = 12;
constexpr std::size_t detail_cap = 800;
constexpr std::size_t watches_told = 16;

bool names_part(std::string_view part, const std::vector<std::string>& names) {
  return std::ranges::any_of(names, [&](std::string_view name) {
    return name.ends_with('*') ? part.starts_with(name.substr(0, name.size() - 1)) : part == name;
  });
}

bool speaks_of(const HealthComponent& part, std::string_view who) {
  return !who.empty() && std::ranges::find(part.watches, who) != part.watches.end();
}

// What counts of a body: its parts without those left out, and whether they are all of it.
struct Counted {
  std::vector<HealthComponent> parts;
  bool all = true;
};

Counted counted_parts(const AnswerbackSettings& settings, const HealthBody& body,
                      std::string_view ourselves) {
  Counted kept;
  for (const HealthComponent& part : body.components) {
    const bool wanted = settings.only.empty() || names_part(part.name, settings.only);
    if (wanted && !names_part(part.name, settings.ignore) && !speaks_of(part, ourselves))
      kept.parts.push_back(part);
  }
  kept.all = kept.parts.size() == body.components.size();
  return kept;
}

// The word of the whole, worked out anew where not all of it counts.
Verdict verdict_of(const std::vector<HealthComponent>& parts) {
  const auto any_critical = [&](Verdict verdict) {
    return std::ranges::any_of(
        parts, [&](const HealthComponent& part) { return part.verdict == verdict && part.critical; });
  };
  if (any_critical(Verdict::fail)) return Verdict::fail;
  if (any_critical(Verdict::unknown)) return Verdict::unknown;
  const bool well =
      std::ranges::all_of(parts, [](const auto& part) { return part.verdict == Verdict::pass; });
  return well ? Verdict::pass : Verdict::warn;
}

// Not the well ones, the failing first, each as it came.
std::vector<HealthComponent> unwell_parts(const std::vector<HealthComponent>& parts) {
  std::vector<HealthComponent> out;
  for (const Verdict verdict : {Verdict::fail, Verdict::warn, Verdict::unknown})
    std::ranges::copy_if(parts, std::back_inserter(out),
                         [&](const HealthComponent& part) { return part.verdict == verdict; });
  return out;
}

std::string told_shortly(const std::vector<HealthComponent>& parts) {
  std::string text;
  for (std::size_t i = 0; i < std::min(parts.size(), parts_told); ++i)
    text += (i == 0 ? "" : "; ") + told(parts[i]);
  if (parts.size() > parts_told) text += "; and " + std::to_string(parts.size() - parts_told) + " more";
  return text;
}

std::string told_in_words(const HealthBody& body, const Counted& now) {
  const std::vector<HealthComponent> bad = unwell_parts(now.parts);
  const std::string& said = now.all && !body.output.empty() ? body.output : told_shortly(bad);
  return said.empty() ? "it does not say why" : said;
}

bool is_2xx(unsigned status) { return status >= 200 && status < 300; }

std::string http_code(unsigned status) { return "HTTP " + std::to_string(status); }

Failure not_a_health_body(const HealthSeen& seen, const std::string& why) {
  const Reason reason = seen.status == 401    ? Reason::auth
                        : seen.status == 403  ? Reason::forbidden
                        : seen.status == 429  ? Reason::rate_limited
                        : is_2xx(seen.status) ? Reason::assertion
                                              : Reason::status;
  return {reason, http_code(seen.status) + ", " + why};
}

// Whose fault it is, in the words of an instance of ours; of others nobody says.
Reason reason_of(const HealthBody& body, const Counted& now, Reason otherwise) {
  for (const HealthCause& cause : body.causes) {
    const bool counts =
        now.all || std::ranges::find(now.parts, cause.probe, &HealthComponent::name) != now.parts.end();
    if (counts && cause.reason && *cause.reason != Reason::none) return *cause.reason;
  }
  return otherwise;
}

// An instance of ours fails for what it does not know as for what is down.
bool only_unknown(const HealthBody& body, const Counted& now) {
  const bool ours = std::ranges::any_of(now.parts, [](const auto& part) { return part.word == "unknown"; });
  return body.format == HealthFormat::health_json && ours && verdict_of(now.parts) == Verdict::unknown;
}

std::optional<ProbeResult> not_the_one_meant(const AnswerbackSettings& settings, const HealthBody& body,
                                             std::string_view ourselves) {
  if (!body.instance.empty() && body.instance == ourselves)
    return ProbeResult::fail(Reason::assertion, "this is ourselves: an instance cannot watch itself");
  if (!settings.shard) return std::nullopt;
  if (!body.shard)
    return ProbeResult::fail(Reason::assertion,
                             "it is the whole and no shard, wanted shard " + name(*settings.shard));
  if (body.shard->index != settings.shard->index || body.shard->of != settings.shard->of)
    return ProbeResult::fail(Reason::assertion, "it is shard " + std::to_string(body.shard->index) + '/' +
                                                    std::to_string(body.shard->of) + ", wanted " +
                                                    name(*settings.shard));
  return std::nullopt;
}

std::optional<ProbeResult> last_look_too_old(const AnswerbackSettings& settings, const Counted& now,
                                             Wall at) {
  if (!settings.max_age) return std::nullopt;
  std::optional<Wall> newest;
  for (const HealthComponent& part : now.parts)
    if (part.looked && (!newest || *newest < *part.looked)) newest = part.looked;
  if (!newest) return ProbeResult::unknown(Reason::no_evidence, "it does not say when it has looked last");
  if (at - *newest <= *settings.max_age) return std::nullopt;
  return ProbeResult::unknown(Reason::not_looking, "it has looked last at " + iso_time(*newest));
}

std::optional<ProbeResult> missing_part(const AnswerbackSettings& settings, const HealthBody& body) {
  for (const std::string& wanted : settings.only) {
    const bool there = std::ranges::any_of(
        body.components, [&](const HealthComponent& part) { return names_part(part.name, {wanted}); });
    if (!there)
      return ProbeResult::fail(Reason::assertion, "it has no part " + one_line(wanted, 80) + " among its " +
                                                      std::to_string(body.components.size()));
  }
  return std::nullopt;
}

ProbeResult judge_body(const AnswerbackSettings& settings, const HealthBody& body, const Counted& now,
                       const HealthSeen& seen) {
  if (auto wrong = not_the_one_meant(settings, body, seen.ourselves)) return *std::move(wrong);
  if (!body.looking) return ProbeResult::unknown(Reason::not_looking, "it says: " + body.output);
  if (body.shard && body.shard->own == 0 && body.shard->total > 0)
    return ProbeResult::pass("all " + std::to_string(body.shard->total) +
                             " of its probes are with other shards");
  if (auto wrong = missing_part(settings, body)) return *std::move(wrong);
  if (auto wrong = last_look_too_old(settings, now, seen.now)) return *std::move(wrong);

  const Verdict verdict = now.all ? body.verdict : verdict_of(now.parts);
  const std::string says = now.all ? body.word : std::string(name(verdict));
  const std::string detail = says + (now.all ? "" : " of what counts") + ": " + told_in_words(body, now);
  switch (verdict) {
    case Verdict::fail:
      if (only_unknown(body, now)) return ProbeResult::unknown(Reason::not_looking, detail);
      return ProbeResult::fail(
          reason_of(body, now, Reason::assertion),
          (now.all && is_2xx(seen.status) ? http_code(seen.status) + ", but " : "") + detail);
    case Verdict::unknown: return ProbeResult::unknown(Reason::no_evidence, detail);
    case Verdict::warn:
    case Verdict::pass: break;
  }
  if (now.all && !is_2xx(seen.status))
    return ProbeResult::fail(Reason::status, http_code(seen.status) + ", though its body says " + body.word);
  if (verdict == Verdict::warn)
    return ProbeResult::warn(reason_of(body, now, Reason::degraded_notice), detail);
  if (verdict_of(now.parts) == Verdict::fail)
    return ProbeResult::warn(Reason::ready_lies, says + ", and yet " + told_shortly(unwell_parts(now.parts)));
  return ProbeResult::pass(says + (now.parts.empty() ? ""
                                                     : ", " + std::to_string(now.parts.size()) +
                                                           (now.parts.size() == 1 ? " part" : " parts")));
}

std::vector<std::string> instances_in(const HealthBody& body) {
  std::vector<std::string> all;
  const auto add = [&](const std::string& who) {
    if (!who.empty() && all.size() < watches_told && std::ranges::find(all, who) == all.end())
      all.push_back(who);
  };
  add(body.instance);
  for (const HealthComponent& part : body.components) std::ranges::for_each(part.watches, add);
  return all;
}

}  // namespace

HealthJudgement judge(const AnswerbackSettings& settings, const HealthSeen& seen) {
  const auto body = read_health_body(seen.text, settings.format);
  if (!body) return {ProbeResult::fail(not_a_health_body(seen, body.error())), {}, {}};
  const Counted now = counted_parts(settings, *body, seen.ourselves);
  HealthJudgement out{judge_body(settings, *body, now, seen), {}, instances_in(*body)};
  out.result.detail = one_line(out.result.detail, detail_cap);
  if (out.result.verdict == Verdict::pass) return out;
  for (const HealthCause& cause : body->causes) out.evidence.push_back("cause " + cause.text);
  for (const HealthComponent& part : unwell_parts(now.parts)) {
    if (out.evidence.size() >= parts_in_evidence) break;
    out.evidence.push_back("part " + told(part));
  }
  return out;
}

}  // namespace answerback::probes
