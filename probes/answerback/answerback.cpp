#include "probes/answerback/answerback.h"

#include <algorithm>

#include "model/text.h"
#include "probe/store.h"

namespace answerback::probes {
namespace {

constexpr std::string_view own_path = "/health";

std::expected<Shard, std::string> wanted_shard(std::string_view text) { return parse_shard(text, ""); }

net::HttpRequest read_health_request(config::Fields& fields) {
  net::HttpRequest request;
  request.url = fields.required_parsed<net::Url>(
      "url", "what tells its health; without a path: /health. One of our groups: /health/GROUP",
      [](std::string_view text) { return net::parse_url(text, {"http", "https"}); });
  if (request.url.target == "/") request.url.target = own_path;
  for (const auto& [header, value] :
       fields.secret_map("headers", "sent with the request; values are secret")) {
    if (value.reveal().find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      fields.error("headers", "the value of " + one_line(header, 40) + " holds a line break");
    request.headers.emplace_back(header, value.reveal());
  }
  config::Fields tls = fields.child("tls_config", "TLS, as in blackbox_exporter");
  request.tls = read_tls(tls);
  request.limits.body_bytes = static_cast<std::size_t>(
      fields.integer("max_bytes", 1024 * 1024, 64, 16 * 1024 * 1024, "of the body; more is too_large"));
  return request;
}

class AnswerbackProbe final : public Probe {
 public:
  AnswerbackProbe(AnswerbackSettings settings, Services& services)
      : settings_(std::move(settings)), services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    const Steady began = run.clock.now();
    const net::Transport transport{services_.dns, services_.tls, services_.proxies};
    auto response = co_await net::fetch(run, transport, settings_.request);
    if (!response) co_return ProbeResult::fail(std::move(response.error()));
    const Duration took = run.clock.now() - began;
    run.enter(Phase::answer);  // from here on it is what the target says, not how it was reached
    const std::string ourselves = services_.store.get(instance_key).value_or("");
    HealthJudgement seen = judge(settings_, {.status = response->status,
                                             .text = response->body,
                                             .ourselves = ourselves,
                                             .now = run.clock.wall()});
    for (const std::string& who : seen.watches) run.evidence.measure(Measure::watches, 1, who);
    if (seen.result.verdict != Verdict::pass) {
      run.frame("response", "HTTP " + std::to_string(response->status) + "\n\n" +
                                response->body.substr(0, Evidence::frame_cap));
      for (const std::string& line : seen.evidence) run.frame("says", line);
      co_return std::move(seen.result);
    }
    std::optional<ProbeResult> certificate;
    if (const auto end = certificate_end(run.evidence))
      certificate = judge(settings_.certificate, *end, run.clock.wall());
    co_return worst(std::move(seen.result.detail), judge(settings_.slow, took), std::move(certificate));
  }

 private:
  AnswerbackSettings settings_;
  Services& services_;
};

std::unique_ptr<Probe> make(config::Fields& fields, Services& services) {
  return std::make_unique<AnswerbackProbe>(read_answerback(fields), services);
}

constexpr Reason own_reasons[] = {Reason::auth,       Reason::forbidden,   Reason::rate_limited,
                                  Reason::ready_lies, Reason::not_looking, Reason::degraded_notice,
                                  Reason::no_evidence};

}  // namespace

AnswerbackSettings read_answerback(config::Fields& fields) {
  AnswerbackSettings settings;
  settings.request = read_health_request(fields);
  settings.format = health_format_named(fields.one_of(
      "format", "auto", {"auto", "health_json", "actuator", "microprofile", "aspnet", "kubernetes"},
      "of the body: ours and the draft's, Spring Actuator, MicroProfile, ASP.NET, Kubernetes"));
  config::Fields parts = fields.child("components", "which of its parts count");
  settings.only =
      parts.texts("only", "these alone, whatever the whole says; a * at the end stands for any rest");
  settings.ignore = parts.texts("ignore", "all but these");
  if (!fields.text("shard", "", "it must be this shard, like 1/3").empty())
    settings.shard = fields.parsed<Shard>("shard", "", "", wanted_shard);
  settings.max_age =
      fields.optional_duration("max_age", "if its newest look is older, it does not look any more");
  config::Fields slow = fields.child("slow", "bounds on the time taken");
  settings.slow = read_slow(slow);
  config::Fields certificate = fields.child("certificate", "bounds on the certificate's age");
  settings.certificate = read_certificate(certificate);
  return settings;
}

constinit const ProbeType answerback{
    .name = "answerback",
    .summary = "another answerback, or any service that tells its own health, as one probe with its causes",
    .make = make,
    .reasons = own_reasons,
};

}  // namespace answerback::probes
