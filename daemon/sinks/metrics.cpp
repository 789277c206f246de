#include "sinks/metrics.h"

#include <utility>

#include "sinks/families.h"
#include "sinks/probe_metrics.h"
#include "sinks/process_metrics.h"
#include "sinks/text_writer.h"

namespace answerback::sinks {
namespace {

constexpr std::size_t at_a_time = 64;  // probes

// What follows from all probes together.
void add_whole(Families& out, const Plan& plan, const Assessment& whole) {
  Family& cause = out.gauge("answerback_probe_cause_info",
                            "The root causes of a failing probe; its own where nothing else explains it.");
  std::vector<Reason> reasons(plan.probes.size(), Reason::none);
  for (const Cause& each : whole.causes) reasons[each.probe] = each.reason;
  for (std::size_t i = 0; i < whole.caused_by.size(); ++i) {
    for (const ProbeId each : whole.caused_by[i]) {
      const Labels labels = with(with({}, "probe", plan.probes[i].name), "cause", plan.probes[each].name);
      cause.value(with(labels, "reason", name(reasons[each])), 1);
    }
  }
  Family& ready = out.gauge("answerback_group_ready", "1 if every probe the group needs is up or degraded.");
  for (std::size_t i = 0; i < whole.groups.size(); ++i) {
    ready.value(with({}, "group", plan.groups[i].name), whole.groups[i].ready ? 1 : 0);
  }
  Family& blocked = out.gauge("answerback_capability_blocked", "1 if users do not get this capability.");
  for (std::size_t i = 0; i < whole.capabilities.size(); ++i) {
    blocked.value(with({}, "capability", plan.capabilities[i].name),
                  whole.capabilities[i] == CapabilityState::blocked ? 1 : 0);
  }
  Family& value = out.gauge("answerback_value_ratio", "Share of the value of all capabilities, by state.");
  value.value(with({}, "state", "working"), whole.value.working / 100);
  value.value(with({}, "state", "blocked"), whole.value.blocked / 100);
  value.value(with({}, "state", "unknown"), whole.value.unknown / 100);
}

void add_ourselves(Families& out, const Ourselves& us) {
  out.gauge("answerback_looking", "1 if results are judged, 0 if we ourselves were stalled.")
      .value({}, us.looking ? 1 : 0);
  out.histogram("answerback_scheduler_lag_seconds", "How late after its slot a run started.")
      .histogram({}, us.lag);
  out.counter("answerback_loop_stalls_total", "Times the event loop stood still.")
      .value({}, static_cast<double>(us.stalls));
  out.gauge("answerback_config_last_reload_successful", "1 if the newest configuration was accepted.")
      .value({}, us.reload.successful ? 1 : 0);
  Family& accepted = out.gauge("answerback_config_last_reload_success_timestamp_seconds",
                               "When the configuration in use was accepted; absent after one was refused.");
  const Wall at = us.reload.at == Wall{} ? us.started : us.reload.at;
  if (us.reload.successful) accepted.value({}, seconds(at.time_since_epoch()));
}

void add_notifications(Families& out, const NotificationTally& tally) {
  Family& total =
      out.counter("answerback_notifications_total", "Attempts to tell others, by how they ended.");
  Family& queue = out.gauge("answerback_notifications_queue", "Notices not yet delivered.");
  for (const NotificationTally::Target& each : tally.targets) {
    const Labels labels = with({}, "target", each.name);
    total.value(with(labels, "outcome", "delivered"), static_cast<double>(each.counts.delivered));
    total.value(with(labels, "outcome", "failed"), static_cast<double>(each.counts.failed));
    total.value(with(labels, "outcome", "dropped"), static_cast<double>(each.counts.dropped));
    queue.value(labels, static_cast<double>(each.waiting));
  }
}

double seconds_in(const RunRecord& run, Phase phase) {
  Duration sum{};
  for (const PhaseTime& each : run.phases)
    if (each.phase == phase) sum += each.took;
  return seconds(sum);
}

void add_run(Families& out, const RunRecord& run) {
  const bool good = run.result.verdict != Verdict::fail;
  out.gauge("probe_success", "Displays whether or not the probe was a success").value({}, good ? 1 : 0);
  out.gauge("probe_duration_seconds", "Returns how long the probe took to complete in seconds")
      .value({}, seconds(run.took()));
  out.gauge("probe_dns_lookup_time_seconds", "Returns the time taken for probe dns lookup in seconds")
      .value({}, seconds_in(run, Phase::resolve));
  for (const Sample& each : run.samples) {
    if (each.measure == Measure::http_status)
      out.gauge("probe_http_status_code", "Response HTTP status code").value({}, each.value);
    if (each.measure == Measure::certificate_expiry)
      out.gauge("probe_ssl_earliest_cert_expiry", "Returns last SSL chain expiry in unixtime")
          .value({}, each.value);
  }
  const Labels verdict = with({}, "verdict", name(run.result.verdict));
  out.gauge("answerback_probe_run_info", "What the run came to, why and where")
      .value(with(with(verdict, "reason", name(run.result.reason)), "phase",
                  run.result.verdict == Verdict::pass ? "" : name(run.phase)),
             1);
  out.gauge("answerback_probe_last_run_timestamp_seconds", "When the run began.")
      .value({}, seconds(run.began.time_since_epoch()));
}

void add_port(Families& out, const PortTally& port) {
  out.gauge("answerback_web_connections", "Connections to our own port.")
      .value({}, static_cast<double>(port.connections));
  Family& refused =
      out.counter("answerback_web_requests_refused_total", "Requests to our own port refused, by why.");
  refused.value(with({}, "why", "unauthorised"), static_cast<double>(port.unauthorised));
  refused.value(with({}, "why", "busy"), static_cast<double>(port.busy));
  refused.value(with({}, "why", "throttled"), static_cast<double>(port.throttled));
  if (!port.web_config) return;
  out.gauge("answerback_web_config_last_reload_successful", "1 if the newest web config file is in use.")
      .value({}, port.web_config_good ? 1 : 0);
  if (port.certificate_expiry == 0) return;
  out.counter("answerback_web_handshakes_failed_total",
              "TLS handshakes with our own port that came to nothing.")
      .value({}, static_cast<double>(port.handshakes_failed));
  out.gauge("answerback_web_certificate_expiry_timestamp_seconds", "When our own port's certificate expires.")
      .value({}, static_cast<double>(port.certificate_expiry));
}

}  // namespace

std::string render(const Snapshot& snapshot, std::string_view version, Beside beside, Exposition format) {
  Page page(format);
  for (std::size_t at = 0; snapshot.plan && at < snapshot.plan->probes.size(); at += at_a_time) {
    Families some;
    add_probes(some, *snapshot.plan, snapshot, at, at_a_time);
    page.add(some);
  }
  Families out;
  if (snapshot.plan && snapshot.assessment) add_whole(out, *snapshot.plan, *snapshot.assessment);
  if (snapshot.plan) add_ourselves(out, snapshot.ourselves);
  if (beside.notifications) add_notifications(out, *beside.notifications);
  if (beside.port) add_port(out, *beside.port);
  if (beside.chronicle) {
    out.gauge("answerback_history_degraded", "1 if what happens is not being kept as the configuration asks.")
        .value({}, beside.chronicle->degraded.empty() ? 0 : 1);
  }
  out.gauge("answerback_build_info", "What is running.")
      .value(with(with({}, "version", version), "compiler", "clang " __clang_version__), 1);
  add_process(out);
  page.add(out);
  return std::move(page).text();
}

std::optional<std::string> render_probe(const Snapshot& snapshot, ProbeId id) {
  const ProbeView& view = *snapshot.probes[id];
  if (!view.last || view.last->result.verdict == Verdict::unknown || view.facts.condition == Condition::stale)
    return std::nullopt;
  Families out;
  add_run(out, *view.last);
  Page page(Exposition::text);
  page.add(out);
  return std::move(page).text();
}

}  // namespace answerback::sinks
