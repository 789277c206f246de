#include "probes/http/http.h"

#include <algorithm>

#include "credentials/credentials.h"
#include "model/redactor.h"
#include "model/text.h"
#include "probes/shared/edge.h"
#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

constexpr std::size_t preset_detail_cap = 800;
constexpr std::string_view explaining_headers[] = {"content-type", "content-length",   "location",
                                                   "retry-after",  "www-authenticate", "server",
                                                   "via",          "x-request-id"};

// The service whose health this is: where it tells it, unless the url does, and what is asked of it.
void read_preset(config::Fields& fields, HttpSettings& settings) {
  settings.preset = http_preset_named(
      fields.one_of("preset", "", http_preset_names(),
                    "whose health this is: how the body is read, and the path where the url has none"));
  config::Fields parts = fields.child("components", "with a preset: which parts of the body count");
  settings.reading.ignore = parts.texts("ignore", "all but these; a * at the end stands for any rest");
  const std::string query = fields.text("query", "", "with preset clickhouse: asked instead of /ping");
  std::string& target = settings.request.url.target;
  if (!query.empty() &&
      (settings.preset == nullptr || settings.preset->name != "clickhouse" || target != "/"))
    fields.error("query", "goes with preset clickhouse and a url without a path");
  if (!settings.reading.ignore.empty() && settings.preset == nullptr)
    fields.error("components", "goes with a preset");
  if (settings.preset == nullptr || target != "/") return;
  target = query.empty() ? std::string(settings.preset->target) : "/?query=" + encoded_for_target(query);
}

std::optional<JsonExpect> read_claims(config::Fields& fields) {
  if (!fields.describes() && !fields.has("claims")) return std::nullopt;
  config::Fields claims =
      fields.child("claims", "health that the answer claims for another probe; false, it is ready_lies");
  claims.required_text("probe", "that is seen to work, or not");
  const auto json =
      claims.json("json", "what a claim looks like, as in expect.json; left out: any good answer");
  if (!json) return JsonExpect();
  auto rules = JsonExpect::parse(*json);
  if (rules) return *std::move(rules);
  claims.error("json", rules.error());
  return std::nullopt;
}

// What signing in took is the issuer's time, not the target's.
Duration spent_signing_in(const Phases& phases) {
  Duration spent{};
  for (const PhaseTime& each : phases.times())
    if (each.phase == Phase::sign_in) spent += each.took;
  return spent;
}

std::string passed(const net::HttpResponse& response) {
  return "status " + std::to_string(response.status) + ", " + std::to_string(response.body.size()) + " bytes";
}

class HttpProbe final : public Probe {
 public:
  HttpProbe(HttpSettings settings, Services& services)
      : settings_(std::move(settings)),
        transport_{services.dns, services.tls, services.proxies},
        credentials_(services.credentials) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    return settings_.before.empty() ? look(run, settings_.request, nothing_captured_) : look_after_steps(run);
  }

 private:
  asio::awaitable<ProbeResult> look_after_steps(Run& run) {
    auto values = co_await walk_before(run, transport_, settings_.before);
    if (!values) co_return ProbeResult::fail(std::move(values.error()));
    Redactor captured;
    for (const auto& [name, value] : *values) captured.add(value.text);
    const net::HttpRequest request = fill(settings_.request, *settings_.filled, *values);
    ProbeResult result = co_await look(run, request, captured);
    result.detail = captured.taken_out_of(std::move(result.detail));
    co_return result;
  }

  // Request and redactor must outlive it.
  asio::awaitable<ProbeResult> look(Run& run, const net::HttpRequest& request, const Redactor& captured) {
    const Steady began = run.clock.now();
    auto response = co_await ask(run, request);
    if (!response) co_return ProbeResult::fail(std::move(response.error()));
    run.phases.end(run.clock.now());  // judging is our own time
    ProbeResult result = judge(settings_, {.response = *response,
                                           .took = run.clock.now() - began - spent_signing_in(run.phases),
                                           .certificate_end = certificate_end(run.evidence),
                                           .now = run.clock.wall()});
    if (settings_.claims && result.verdict != Verdict::fail) {
      const Sample claim = claim_of(*settings_.claims, *response);
      run.evidence.measure(claim.measure, claim.value, captured.taken_out_of(claim.label));
    }
    if (result.verdict != Verdict::pass || settings_.claims)
      run.frame("response", captured.taken_out_of(evidence_of(*response)));
    co_return result;
  }

  asio::awaitable<std::expected<net::HttpResponse, Failure>> ask(Run& run, const net::HttpRequest& request) {
    if (settings_.credentials.empty()) return net::fetch(run, transport_, request);
    return credentials_.fetch(run, settings_.credentials, request);
  }

  HttpSettings settings_;
  net::Transport transport_;
  Credentials& credentials_;
  const Redactor nothing_captured_{};
};

std::unique_ptr<Probe> make(config::Fields& fields, Services& services) {
  return std::make_unique<HttpProbe>(read_http(fields), services);
}

constexpr Reason own_reasons[] = {Reason::auth,       Reason::forbidden,       Reason::rate_limited,
                                  Reason::ready_lies, Reason::degraded_notice, Reason::no_evidence};

// What the preset reads counts first; what else is expected of the answer must hold as well.
ProbeResult judge_answer(const HttpSettings& settings, const net::HttpResponse& response) {
  auto failure = judge(settings.expect, response);
  if (settings.preset == nullptr)
    return failure ? ProbeResult::fail(*std::move(failure)) : ProbeResult::pass(passed(response));
  const auto unwanted =
      takes(settings.expect, response.status) ? std::nullopt : std::optional(failure->reason);
  auto said = settings.preset->judge(*settings.preset, settings.reading, response, unwanted);
  if (failure && (!said || said->verdict != Verdict::fail)) return ProbeResult::fail(*std::move(failure));
  if (!said) return ProbeResult::fail(Reason::assertion, one_line(said.error(), preset_detail_cap));
  said->detail = one_line(said->detail, preset_detail_cap);
  return *std::move(said);
}

}  // namespace

HttpSettings read_http(config::Fields& fields) {
  HttpSettings settings;
  settings.before = read_before(fields);
  settings.request = read_http_request(fields, !settings.before.empty());
  settings.credentials =
      fields.text("credentials", "", "who we are: one of `credentials`, sent as Authorization: Bearer");
  if (!settings.credentials.empty() && net::find_header(settings.request.headers, "authorization"))
    fields.error("credentials", "there is another way of signing in already");
  read_preset(fields, settings);
  if (!settings.before.empty())
    settings.filled = read_filled(fields, settings.request, names_of(settings.before));
  config::Fields expect = fields.child("expect", "what the answer must be; left out: a 2xx");
  settings.expect = read_expect(expect);
  settings.request.limits.body_bytes = settings.expect.max_bytes;
  config::Fields slow = fields.child("slow", "bounds on the time taken");
  settings.slow = read_slow(slow);
  config::Fields certificate = fields.child("certificate", "bounds on the certificate's age");
  settings.certificate = read_certificate(certificate);
  settings.claims = read_claims(fields);
  // Who takes any certificate does not want to hear about its age, unless they ask.
  if (settings.request.tls.insecure_skip_verify && !fields.has("certificate")) settings.certificate = {};
  return settings;
}

ProbeResult judge(const HttpSettings& settings, const HttpSeen& seen) {
  ProbeResult answer = judge_answer(settings, seen.response);
  if (answer.verdict == Verdict::fail) {
    answer.detail += front_note(seen.response);
    return answer;
  }
  if (answer.verdict == Verdict::unknown) return answer;
  std::optional<ProbeResult> certificate;
  if (seen.certificate_end) certificate = judge(settings.certificate, *seen.certificate_end, seen.now);
  ProbeResult bounds = worst({}, judge(settings.slow, seen.took), std::move(certificate));
  const bool worse =
      answer.verdict == Verdict::pass ? bounds.verdict != Verdict::pass : bounds.verdict == Verdict::fail;
  if (worse) return bounds;
  return answer;
}

Sample claim_of(const JsonExpect& claims, const net::HttpResponse& response) {
  const bool claimed = claims.empty() || !claims.mismatch(response.body);
  return {
      .measure = Measure::claims_health, .value = claimed ? 1.0 : 0.0, .label = describe_body(response.body)};
}

std::string evidence_of(const net::HttpResponse& response) {
  std::string text = "HTTP " + std::to_string(response.status);
  for (const std::string_view name : explaining_headers) {
    const std::string* value = net::find_header(response.headers, name);
    if (!value) continue;
    std::string shown = one_line(*value, 200);
    if (name == "location") shown.erase(std::min(shown.size(), shown.find_first_of("?#")));
    text.append("\n").append(name).append(": ").append(shown);
  }
  if (!response.body.empty()) text.append("\n\n").append(response.body, 0, Evidence::frame_cap);
  return text;
}

constinit const ProbeType http{
    .name = "http",
    .summary = "one HTTP request; its status, headers and body must be as expected",
    .make = make,
    .reasons = own_reasons,
};

}  // namespace answerback::probes
