#include "probes/icmp/icmp.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <vector>

#include "net/resolver.h"
#include "probe/within.h"
#include "probes/icmp/echo.h"
#include "probes/icmp/ping_socket.h"

namespace answerback::probes {
namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t reply_cap = 2048;

std::string milliseconds(Duration d) {
  const auto hundredths = std::chrono::round<std::chrono::microseconds>(d).count() / 10;
  const std::string part = std::to_string(hundredths % 100);
  return std::to_string(hundredths / 100) + "." + (part.size() < 2 ? "0" : "") + part + " ms";
}

std::string percent(double share) { return std::to_string(static_cast<int>(share * 100 + 0.5)) + " %"; }

// A name without an address of the family is not our socket's fault.
std::optional<net::Address> of_family(const std::vector<net::Address>& addresses, IcmpFamily family) {
  const auto fits = [&](const net::Address& a) {
    return family == IcmpFamily::any || a.is_v6() == (family == IcmpFamily::v6);
  };
  const auto found = std::ranges::find_if(addresses, fits);
  return found == addresses.end() ? std::nullopt : std::optional(*found);
}

// The echoes of one run. Answers to one may come while a later one is sent.
class Pinging {
 public:
  Pinging(Run& run, const IcmpSettings& settings, PingSocket& socket, IcmpEcho echo)
      : run_(run), settings_(settings), socket_(socket), echo_(std::move(echo)) {}

  asio::awaitable<std::expected<IcmpTally, Failure>> ping() {
    const Duration room =
        std::min<Duration>((run_.deadline - run_.clock.now()) / 10, std::chrono::milliseconds(200));
    for (std::size_t i = 0; i < settings_.count; ++i) {
      const Steady now = run_.clock.now();
      if (now >= run_.deadline - room) break;
      if (auto failure = co_await send()) co_return std::unexpected(*std::move(failure));
      const bool last = i + 1 == settings_.count;
      const Steady until = std::min(now + (last ? settings_.wait : settings_.gap), run_.deadline - room);
      co_await within(run_.clock, until, listen());
      if (failed_) co_return std::unexpected(*std::move(failed_));
    }
    co_return tally_;
  }

 private:
  asio::awaitable<std::optional<Failure>> send() {
    echo_.sequence = static_cast<std::uint16_t>(sent_.size());
    const std::string bytes = icmp_request(echo_);
    sent_.push_back(run_.clock.now());
    came_.push_back(false);
    const auto [error, size] = co_await socket_.async_send(asio::buffer(bytes), as_result);
    if (error) co_return ping_failure(error);
    run_.evidence.sent(size);
    ++tally_.sent;
    co_return std::nullopt;
  }

  // Until all have come back.
  asio::awaitable<void> listen() {
    char bytes[reply_cap];
    while (tally_.received < settings_.count) {
      const auto reply = co_await receive_ping(socket_, asio::buffer(bytes));
      if (!reply) {
        failed_ = ping_failure(reply.error());
        co_return;
      }
      run_.evidence.received(reply->size);
      if (const auto sequence = icmp_reply({bytes, reply->size}, echo_)) came(*sequence);
    }
  }

  void came(std::uint16_t sequence) {
    if (sequence >= sent_.size() || came_[sequence]) return;
    came_[sequence] = true;
    const Duration took = run_.clock.now() - sent_[sequence];
    if (took > settings_.wait) return;
    tally_.least = tally_.received == 0 ? took : std::min(tally_.least, took);
    tally_.most = std::max(tally_.most, took);
    tally_.total += took;
    ++tally_.received;
  }

  Run& run_;
  const IcmpSettings& settings_;
  PingSocket& socket_;
  IcmpEcho echo_;
  std::vector<Steady> sent_;
  std::vector<bool> came_;
  IcmpTally tally_;
  std::optional<Failure> failed_;
};

class IcmpProbe final : public Probe {
 public:
  IcmpProbe(IcmpSettings settings, Services& services)
      : settings_(std::move(settings)), services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    auto addresses = co_await services_.dns.resolve(run, settings_.host);
    if (!addresses) co_return ProbeResult::fail(std::move(addresses).error());
    const auto address = of_family(*addresses, settings_.family);
    if (!address)
      co_return ProbeResult::fail(Reason::dns_nxdomain, settings_.host + " has no address of this family");
    run.enter(Phase::processing);
    run.phases.note(address->to_string());
    run.evidence.peer(address->to_string());

    auto socket = open_ping_socket(co_await asio::this_coro::executor, *address, {});
    if (!socket) co_return std::move(socket).error();
    Pinging pinging(
        run, settings_, *socket,
        {.v6 = address->is_v6(), .mark = icmp_mark(services_.random), .payload = settings_.payload});
    auto tally = co_await pinging.ping();
    if (!tally)
      co_return ProbeResult::fail(tally.error().reason, tally.error().detail + ": " + address->to_string());
    measure(run, *tally);
    co_return judge(settings_, *tally);
  }

 private:
  static void measure(Run& run, const IcmpTally& tally) {
    if (tally.sent == 0) return;
    run.evidence.measure(Measure::packet_loss,
                         static_cast<double>(tally.sent - tally.received) / static_cast<double>(tally.sent));
    if (tally.received == 0) return;
    run.evidence.measure(Measure::round_trip, seconds(tally.total) / static_cast<double>(tally.received));
  }

  IcmpSettings settings_;
  Services& services_;
};

std::unique_ptr<Probe> make_icmp_from(config::Fields& fields, Services& services) {
  return make_icmp(read_icmp(fields), services);
}

constexpr Reason icmp_own_reasons[] = {Reason::assertion, Reason::slow, Reason::no_evidence};

}  // namespace

ProbeResult judge(const IcmpSettings& settings, const IcmpTally& tally) {
  if (tally.sent == 0) return ProbeResult::unknown(Reason::no_evidence, "there was no time to send an echo");
  const std::string of = " of " + std::to_string(tally.sent) + (tally.sent == 1 ? " echo" : " echoes");
  if (tally.received == 0) return ProbeResult::fail(Reason::unreachable, "none" + of + " came back");
  const Duration mean = tally.total / static_cast<std::int64_t>(tally.received);
  const double loss = static_cast<double>(tally.sent - tally.received) / static_cast<double>(tally.sent);
  const std::string detail = std::to_string(tally.received) + of + " came back, in " + milliseconds(mean) +
                             " on average (" + milliseconds(tally.least) + " to " + milliseconds(tally.most) +
                             ")";
  const auto lost = [&](double bound, std::string_view does) {
    return detail + "; " + percent(loss) + " lost, " + std::string(does) + " above " + percent(bound);
  };
  const auto slow = [&](Duration bound, std::string_view does) {
    return detail + ", " + std::string(does) + " above " + milliseconds(bound);
  };
  if (loss > settings.loss_fail)
    return ProbeResult::fail(Reason::assertion, lost(settings.loss_fail, "fails"));
  if (settings.slow_fail && mean > *settings.slow_fail)
    return ProbeResult::fail(Reason::slow, slow(*settings.slow_fail, "fails"));
  if (loss > settings.loss_warn)
    return ProbeResult::warn(Reason::assertion, lost(settings.loss_warn, "warns"));
  if (settings.slow_warn && mean > *settings.slow_warn)
    return ProbeResult::warn(Reason::slow, slow(*settings.slow_warn, "warns"));
  return ProbeResult::pass(detail);
}

IcmpSettings read_icmp(config::Fields& fields) {
  IcmpSettings settings;
  settings.host = fields.required_text("host", "name or address");
  const std::string family = fields.one_of("family", "any", {"any", "v4", "v6"}, "of the address taken");
  settings.family = family == "v4" ? IcmpFamily::v4 : family == "v6" ? IcmpFamily::v6 : IcmpFamily::any;
  settings.count = static_cast<std::size_t>(fields.integer("count", 3, 1, 100, "echoes sent in a run"));
  settings.gap = fields.duration("gap", settings.gap, "between two of them");
  settings.wait = fields.duration("wait", settings.wait, "how long each may take to come back");
  settings.payload =
      static_cast<std::size_t>(fields.integer("payload", 56, icmp_mark_size, 1472, "bytes in each"));
  config::Fields loss = fields.child("loss", "bounds on the share that does not come back");
  settings.loss_warn = loss.number("warn", 0, 0, 1, "warn when more is lost");
  settings.loss_fail = loss.number("fail", 0.5, 0, 1, "fail when more is lost");
  if (settings.loss_warn > settings.loss_fail) loss.error("warn", "must not be more than fail");
  config::Fields slow = fields.child("slow", "bounds on the mean round trip");
  settings.slow_warn = slow.optional_duration("warn", "warn when it is longer");
  settings.slow_fail = slow.optional_duration("fail", "fail when it is longer");
  return settings;
}

std::unique_ptr<Probe> make_icmp(IcmpSettings settings, Services& services) {
  return std::make_unique<IcmpProbe>(std::move(settings), services);
}

constinit const ProbeType icmp{
    .name = "icmp",
    .summary = "echoes come back (ping), without privileges where the kernel allows it",
    .make = make_icmp_from,
    .reasons = icmp_own_reasons,
};

}  // namespace answerback::probes
