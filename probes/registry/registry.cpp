#include "probes/registry/registry.h"

#include "model/redactor.h"
#include "probes/registry/judge.h"
#include "probes/shared/endpoint.h"
#include "probes/shared/expect/expect.h"
#include "probes/shared/platform/time.h"

namespace answerback::probes {
namespace {

class RegistryProbe final : public Probe {
 public:
  RegistryProbe(Endpoint endpoint, RegistrySettings settings, Slow slow, CertificateBounds certificate,
                Services& services)
      : endpoint_(std::move(endpoint)),
        settings_(std::move(settings)),
        slow_(slow),
        certificate_(certificate),
        services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    const Steady began = run.clock.now();
    auto token = co_await token_for(run, services_, endpoint_);
    if (!token) co_return ProbeResult::fail(std::move(token).error());
    Redactor redactor;
    if (!token->empty()) redactor.add(token->reveal());
    for (const Secret& secret : endpoint_.secrets) redactor.add(secret.reveal());
    const net::Transport transport{services_.dns, services_.tls, services_.proxies};
    auto response = co_await net::fetch(
        run, transport, request_to(endpoint_, "GET", {{"Accept", "application/json"}}, *token));
    if (!response) co_return ProbeResult::fail(std::move(response).error());
    run.phases.end(run.clock.now());  // judging is our own time
    response->body = redactor.taken_out_of(std::move(response->body));
    ProbeResult result = judge_response(*response, run, run.clock.now() - began);
    if (result.verdict != Verdict::pass)
      run.frame("response", head_evidence(*response) + "\n\n" + response->body);
    co_return result;
  }

 private:
  ProbeResult judge_response(const net::HttpResponse& response, const Run& run, Duration took) const {
    if (auto failure = judge(Expect{}, response)) return ProbeResult::fail(*std::move(failure));
    RegistryFound found = judge_registry(settings_, response.body, run.clock.wall());
    if (found.failure) return ProbeResult::fail(*std::move(found.failure));
    std::string detail = std::to_string(found.agents) + " agents";
    if (found.oldest) detail += ", the oldest heartbeat " + spoken(*found.oldest) + " ago";
    std::optional<ProbeResult> certificate;
    if (const auto end = certificate_end(run.evidence))
      certificate = judge(certificate_, *end, run.clock.wall());
    return worst(std::move(detail), judge(slow_, took), std::move(certificate));
  }

  Endpoint endpoint_;
  RegistrySettings settings_;
  Slow slow_;
  CertificateBounds certificate_;
  Services& services_;
};

std::unique_ptr<Probe> make_registry(config::Fields& fields, Services& services) {
  Endpoint endpoint = read_endpoint(fields, "that lists the agents as JSON");
  RegistrySettings settings = read_registry(fields);
  config::Fields slow = fields.child("slow", "bounds on the time taken");
  const Slow bounds = read_slow(slow);
  config::Fields certificate = fields.child("certificate", "bounds on the certificate's age");
  return std::make_unique<RegistryProbe>(std::move(endpoint), std::move(settings), bounds,
                                         read_certificate(certificate), services);
}

constexpr Reason registry_reasons[] = {Reason::auth, Reason::forbidden, Reason::rate_limited,
                                       Reason::synthetic, Reason::heartbeat_lost};

}  // namespace

constinit const ProbeType registry{
    .name = "registry",
    .summary = "a list of agents as JSON holds those expected, none of them a mock, each alive",
    .make = make_registry,
    .reasons = registry_reasons,
};

}  // namespace answerback::probes
