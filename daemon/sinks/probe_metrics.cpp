#include "sinks/probe_metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>

namespace answerback::sinks {
namespace {

constexpr double not_known = std::numeric_limits<double>::quiet_NaN();

double timestamp(Wall at) { return seconds(at.time_since_epoch()); }

double as_up(Health health) {
  if (health == Health::unknown) return not_known;
  return health == Health::down ? 0 : 1;
}

double as_success(Verdict verdict) {
  if (verdict == Verdict::unknown) return not_known;
  return verdict == Verdict::fail ? 0 : 1;
}

bool is_label_name(std::string_view name) {
  const auto word = [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && word(name.front()) && !name.starts_with("__") &&
         std::ranges::all_of(name, [&](char c) { return word(c) || digit(c); });
}

// `probe` and the labels of the configuration. One that Prometheus would refuse, or that has the name of one
// of ours, would cost the whole page: it is left out.
Labels labels_of(const ProbeInfo& probe) {
  constexpr std::array ours{"probe", "health", "verdict",   "reason", "phase",
                            "cause", "stage",  "direction", "le"};
  Labels labels = with({}, "probe", probe.name);
  for (const auto& [name, value] : probe.labels) {
    if (is_label_name(name) && std::ranges::find(ours, name) == ours.end())
      labels = with(std::move(labels), name, value);
  }
  return labels;
}

// A measure that is told as it was in the newest run.
struct Shown {
  Measure measure;
  std::string_view name, help;
};
constexpr std::array shown{
    Shown{Measure::certificate_expiry, "answerback_tls_certificate_expiry_timestamp_seconds",
          "When the first certificate of the chain expires."},
    Shown{Measure::tls_unverified, "answerback_tls_unverified",
          "1 where the newest run took any certificate (insecure_skip_verify)."},
    Shown{Measure::stages_reached, "answerback_agent_stages_reached_ratio",
          "Share of the expected stages that the newest run reached."},
    Shown{Measure::time_to_first_token, "answerback_llm_time_to_first_token_seconds",
          "From the request to the first content, newest run."},
    Shown{Measure::output_tokens_per_second, "answerback_llm_output_tokens_per_second",
          "Speed of generation after the first content, newest run."},
    Shown{Measure::budget_remaining_tokens, "answerback_llm_budget_remaining_tokens",
          "Tokens that probing may still spend before it falls back to a cheaper look."},
    Shown{Measure::longest_chunk_gap, "answerback_llm_longest_chunk_gap_seconds",
          "Longest pause between two pieces of the answer, newest run."},
    Shown{Measure::requests_waiting, "answerback_llm_requests_waiting",
          "Requests that wait at the model server, newest run."},
    Shown{Measure::clock_skew, "answerback_auth_clock_skew_seconds",
          "What the clock of a service that signs in or checks tokens is ahead of ours, newest run."},
    Shown{Measure::token_lifetime, "answerback_auth_token_lifetime_seconds",
          "Time that a token just received is good for, newest run."},
    Shown{Measure::dns_ttl, "answerback_dns_answer_ttl_seconds", "Least TTL of the answers, newest run."},
    Shown{Measure::round_trip, "answerback_icmp_round_trip_seconds",
          "Mean round trip of the echoes that came back, newest run."},
    Shown{Measure::packet_loss, "answerback_icmp_packet_loss_ratio",
          "Share of the echoes that did not come back, newest run."},
};

class ProbePage {
 public:
  explicit ProbePage(Families& out)
      : up(out.gauge("answerback_probe_up", "1 if up or degraded, 0 if down, NaN if not known.")),
        success(out.gauge("answerback_probe_success",
                          "1 if the newest run passed or warned, 0 if it failed, NaN if it could not tell.")),
        health(
            out.gauge("answerback_probe_health", "1 for the health that the probe has, 0 for the others.")),
        runs(out.counter("answerback_probe_runs_total", "Finished runs.")),
        duration(
            out.histogram("answerback_probe_duration_seconds", "Time a run took, failed ones included.")),
        phase(
            out.gauge("answerback_probe_phase_duration_seconds", "Time the newest run spent in each phase.")),
        last_run(out.gauge("answerback_probe_last_run_timestamp_seconds", "When the newest run ended.")),
        last_pass(out.gauge("answerback_probe_last_pass_timestamp_seconds", "When a run last passed.")),
        transitions(out.counter("answerback_probe_transitions_total", "Changes of health.")),
        skipped(out.counter("answerback_probe_skipped_slots_total",
                            "Times a run was due and the one before had not ended.")),
        stage(out.histogram("answerback_agent_stage_duration_seconds",
                            "Time until each stage of the agent's chain.")),
        tokens(out.counter("answerback_llm_tokens_total", "Tokens that probing has used.")),
        cost(out.counter("answerback_llm_cost_total", "What they cost, at the configured prices.")),
        first_token(out.histogram("answerback_llm_time_to_first_chunk_seconds",
                                  "From the request to the first content; OpenTelemetry's buckets.")) {
    for (const Shown& each : shown) measures.push_back(&out.gauge(each.name, each.help));
  }

  void add(const ProbeInfo& info, const ProbeView& view) {
    const Labels labels = labels_of(info);
    const Health now = view.facts.health;
    up.value(labels, as_up(now));
    for (const Health each : {Health::up, Health::degraded, Health::down, Health::unknown}) {
      health.value(with(labels, "health", name(each)), each == now ? 1 : 0);
    }
    if (view.last_pass) last_pass.value(labels, timestamp(*view.last_pass));
    if (view.last) add_newest(labels, *view.last);
    add_tally(labels, view.tally);
  }

 private:
  void add_newest(const Labels& labels, const RunRecord& run) {
    success.value(labels, as_success(run.result.verdict));
    last_run.value(labels, timestamp(run.began) + seconds(run.took()));

    std::map<Phase, Duration> spent;  // a phase entered twice counts once, with both times
    for (const PhaseTime& each : run.phases) spent[each.phase] += each.took;
    for (const auto& [each, took] : spent) phase.value(with(labels, "phase", name(each)), seconds(took));

    for (std::size_t i = 0; i < shown.size(); ++i) {
      const auto sample = std::ranges::find(run.samples, shown[i].measure, &Sample::measure);
      if (sample != run.samples.end()) measures[i]->value(labels, sample->value);
    }
  }

  void add_tally(const Labels& labels, const Tally& tally) {
    for (const auto& [key, alike] : tally.runs) {
      runs.counted(with(with(labels, "verdict", name(key.first)), "reason", name(key.second)), alike);
    }
    if (tally.duration.count() > 0) duration.histogram(labels, tally.duration);
    transitions.value(labels, static_cast<double>(tally.transitions));
    skipped.value(labels, static_cast<double>(tally.skipped_slots));
    for (const auto& [name, times] : tally.stages) stage.histogram(with(labels, "stage", name), times);
    if (tally.input_tokens + tally.output_tokens > 0) {
      tokens.value(with(labels, "direction", "input"), static_cast<double>(tally.input_tokens));
      tokens.value(with(labels, "direction", "output"), static_cast<double>(tally.output_tokens));
    }
    if (tally.cost > 0) cost.value(labels, tally.cost);
    if (tally.first_token.count() > 0) first_token.histogram(labels, tally.first_token);
  }

  Family &up, &success, &health, &runs, &duration, &phase, &last_run, &last_pass, &transitions, &skipped,
      &stage, &tokens, &cost, &first_token;
  std::vector<Family*> measures;  // as `shown`
};

}  // namespace

void add_probes(Families& out, const Plan& plan, const Snapshot& snapshot, std::size_t first,
                std::size_t count) {
  ProbePage page(out);
  const std::size_t end = first + std::min(count, plan.probes.size() - first);
  for (std::size_t i = first; i < end; ++i) page.add(plan.probes[i], *snapshot.probes[i]);
}

}  // namespace answerback::sinks
