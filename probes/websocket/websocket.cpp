#include "probes/websocket/websocket.h"

#include "probes/shared/platform/session.h"
#include "probes/shared/platform/time.h"
#include "probes/websocket/steps.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;

// Without a heartbeat to wait for: how long we listen for what a server says right behind its welcome (that
// it is degraded, or goodbye). Not counted as the run's own slowness.
constexpr Duration listen_on = 100ms;

class WebSocketProbe final : public Probe {
 public:
  WebSocketProbe(WebSocketSettings settings, Services& services)
      : settings_(std::move(settings)), services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    const Steady began = run.clock.now();
    auto session = co_await Session::open(run, services_, settings_.session, {});
    if (!session) co_return ProbeResult::fail(std::move(session).error());

    std::string detail = "upgrade in " + spoken(session->seen().upgrade);
    if (settings_.session.welcome.rule != Welcome::Rule::none) detail += ", welcomed";
    auto alive = co_await hear(run, *session);
    if (!alive) {
      co_await session->close();
      co_return ProbeResult::fail(std::move(alive).error());
    }
    if (*alive > Duration{}) detail += ", ping answered in " + spoken(*alive);

    ProbeResult result = judge(run, *session, std::move(detail), took_ - began);
    if (result.verdict == Verdict::pass) run.enter(Phase::close);
    co_await session->close();
    co_return result;
  }

 private:
  // How long the heartbeat took; zero where none is configured.
  asio::awaitable<std::expected<Duration, Failure>> hear(Run& run, Session& session) {
    took_ = run.clock.now();
    const bool heartbeat = !settings_.ping.empty();
    Steady until = std::min(session.last_call(), took_ + listen_on);
    if (heartbeat) {
      run.enter(Phase::ping);
      until = session.last_call();
      if (auto sent = co_await session.send(settings_.ping); !sent)
        co_return std::unexpected(std::move(sent).error());
    } else {
      run.phases.end(took_);
    }
    const Steady began = run.clock.now();
    std::string instead = "nothing";
    for (;;) {
      auto arrival = co_await session.next(until);
      if (!arrival) co_return std::unexpected(std::move(arrival).error());
      if (!*arrival) break;
      if (!heartbeat) continue;
      took_ = run.clock.now();
      const auto wrong = settings_.pong.mismatch((*arrival)->text);
      if (!wrong) co_return took_ - began;
      instead = *wrong;
    }
    if (!heartbeat) co_return Duration{};
    co_return std::unexpected(
        Failure{Reason::heartbeat_lost,
                "the ping was not answered in " + spoken(run.clock.now() - began) + ": " + instead});
  }

  ProbeResult judge(Run& run, const Session& session, std::string detail, Duration took) const {
    ProbeResult result = probes::judge(settings_.bounds, run, std::move(detail), took);
    if (result.verdict == Verdict::fail) return result;
    if (auto warning = session.warning()) return *std::move(warning);
    return result;
  }

  WebSocketSettings settings_;
  Services& services_;
  Steady took_;  // of this run: when it had done what it was to do
};

std::unique_ptr<Probe> make(config::Fields& fields, Services& services) {
  if (is_scripted(fields)) return make_scripted_websocket(fields, services);
  auto probe = std::make_unique<WebSocketProbe>(read_websocket(fields), services);
  if (fields.describes()) make_scripted_websocket(fields, services);  // its keys as well
  return probe;
}

constexpr Reason own_reasons[] = {
    Reason::auth,        Reason::forbidden,  Reason::quota,  Reason::rate_limited,   Reason::upgrade_refused,
    Reason::subprotocol, Reason::no_welcome, Reason::closed, Reason::heartbeat_lost, Reason::degraded_notice,
    Reason::slow};

}  // namespace

WebSocketSettings read_websocket(config::Fields& fields) {
  WebSocketSettings settings;
  settings.session = read_session(fields, Welcome::Rule::any);
  config::Fields ping = fields.child("ping", "a heartbeat of the platform's own; left out: none");
  settings.ping = ping.text("send", fields.has("ping") ? R"({"type":"ping"})" : "", "sent after the welcome");
  config::Fields expect = ping.child("expect", "what answers it");
  const std::string matchers = expect.json("json", "matchers for the answer").value_or(R"({"/type":"pong"})");
  if (auto pong = JsonExpect::parse(matchers)) {
    settings.pong = *std::move(pong);
  } else {
    expect.error("json", pong.error());
  }
  settings.bounds = read_socket_bounds(fields, settings.session.request.tls);
  return settings;
}

constinit const ProbeType websocket{
    .name = "websocket",
    .summary =
        "a WebSocket opens, the server welcomes us and answers a heartbeat, or goes through a dialogue",
    .make = make,
    .reasons = own_reasons,
};

}  // namespace answerback::probes
