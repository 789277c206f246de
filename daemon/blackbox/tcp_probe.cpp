#include "blackbox/tcp_probe.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "blackbox/dial.h"
#include "blackbox/lines.h"
#include "model/text.h"
#include "net/any_stream.h"
#include "net/url.h"

namespace answerback::blackbox {
namespace {

constexpr auto as_outcome = asio::as_tuple(asio::use_awaitable);
using boost::system::error_code;
using Moved = std::tuple<error_code, std::size_t>;

// A connection that may turn to TLS on its way.
struct Wire {
  explicit Wire(net::TcpSocket socket) : plain(std::move(socket)) {}

  asio::awaitable<Moved> read(asio::mutable_buffer space) {
    if (tls) co_return co_await tls->async_read_some(space, as_outcome);
    co_return co_await plain.async_read_some(space, as_outcome);
  }
  asio::awaitable<Moved> write(std::string_view bytes) {
    if (tls) co_return co_await asio::async_write(*tls, asio::buffer(bytes), as_outcome);
    co_return co_await asio::async_write(plain, asio::buffer(bytes), as_outcome);
  }
  Failure failure(const error_code& error, std::string_view doing) const {
    return tls ? net::tls_failure(error, doing) : net::socket_failure(error, doing);
  }

  net::TcpSocket plain;
  std::unique_ptr<net::TlsStream> tls;
};

class TcpModuleProbe final : public ModuleProbe {
 public:
  TcpModuleProbe(std::shared_ptr<const TcpModule> module, net::HostPort address, net::TlsSettings tls,
                 std::shared_ptr<const Targets> allowed, Services& services)
      : module_(std::move(module)),
        address_(std::move(address)),
        tls_(std::move(tls)),
        dial_{.ip = module_->ip, .allowed = std::move(allowed), .source = module_->source},
        services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    auto socket = co_await dial(run, services_.dns, dial_, address_.host, address_.port, dialled_);
    if (!socket) co_return ProbeResult::fail(std::move(socket).error());
    run.evidence.received(1);  // the peer's SYN-ACK
    Wire wire(*std::move(socket));
    if (module_->tls)
      if (auto failure = co_await secure(run, wire)) co_return ProbeResult::fail(*std::move(failure));
    for (const QueryResponse& step : module_->query_response)
      if (auto failure = co_await play(run, wire, step)) co_return ProbeResult::fail(*std::move(failure));
    const std::size_t steps = module_->query_response.size();
    co_return ProbeResult::pass(steps == 0 ? "connection accepted"
                                           : std::to_string(steps) + " steps as expected");
  }

  void show(const RunRecord& record, Page& page) const override {
    show_dialled(dialled_, record, page);
    page.gauge("probe_failed_due_to_regex", "Indicates if probe failed due to regex", by_regex_ ? 1 : 0);
    if (facts_) show_tls(*facts_, page);
  }

 private:
  asio::awaitable<std::optional<Failure>> secure(Run& run, Wire& wire) {
    auto stream = co_await services_.tls.handshake(run, std::move(wire.plain), tls_, address_.host);
    if (!stream) co_return std::move(stream).error();
    wire.tls = *std::move(stream);
    facts_ = net::tls_facts(*wire.tls, tls_);
    lines_ = {};  // what was said before does not count any more
    co_return std::nullopt;
  }

  asio::awaitable<std::optional<Failure>> play(Run& run, Wire& wire, const QueryResponse& step) {
    std::string line = step.send;
    if (step.expect) {
      auto found = co_await await_line(run, wire, step);
      if (!found) co_return std::move(found).error();
      line = *std::move(found);
    }
    if (!line.empty()) {
      run.frame("sent", line);
      const auto [error, count] = co_await wire.write(line += '\n');
      run.evidence.sent(count);
      if (error) co_return wire.failure(error, "sending");
    }
    if (step.starttls) {
      if (wire.tls)
        co_return Failure{Reason::tls_protocol, "starttls on a connection that speaks TLS already"};
      co_return co_await secure(run, wire);
    }
    co_return std::nullopt;
  }

  // Reads until a line is as expected; what is to be sent in answer to it.
  asio::awaitable<std::expected<std::string, Failure>> await_line(Run& run, Wire& wire,
                                                                  const QueryResponse& step) {
    run.enter(Phase::processing);
    run.phases.note("waiting for " + step.expect->text());
    char piece[4096];
    for (bool ended = false;;) {
      while (const auto line = lines_.next()) {
        run.frame("received", *line);
        if (auto answer = step.expect->expanded_in(*line, step.send)) co_return *std::move(answer);
      }
      if (ended) {
        by_regex_ = true;
        co_return std::unexpected(
            Failure{Reason::assertion, "closed before a line matched " + step.expect->text()});
      }
      if (lines_.too_long())
        co_return std::unexpected(Failure{Reason::too_large, "a line is longer than 64 KiB"});
      const auto [error, count] = co_await wire.read(asio::buffer(piece));
      run.evidence.received(count);
      lines_.feed({piece, count});
      ended = net::is_end(error);
      if (ended) lines_.end();
      if (error && !ended) co_return std::unexpected(wire.failure(error, "waiting for a line"));
    }
  }

  std::shared_ptr<const TcpModule> module_;
  net::HostPort address_;
  net::TlsSettings tls_;
  Dial dial_;
  Services& services_;
  Dialled dialled_;
  Lines lines_;
  std::optional<net::TlsFacts> facts_;
  bool by_regex_ = false;
};

class TcpProber final : public Prober {
 public:
  explicit TcpProber(TcpModule module) : module_(std::make_shared<const TcpModule>(std::move(module))) {}

  std::expected<std::shared_ptr<ModuleProbe>, Refused> probe(const Target& target,
                                                             Services& services) const override {
    auto address = net::parse_host_port(target.text);
    if (!address) return std::unexpected(Refused{400, "target: " + address.error()});
    if (auto why = target.allowed->refusal(address->host))
      return std::unexpected(Refused{403, *std::move(why)});
    net::TlsSettings tls = module_->tls_config;
    if (tls.server_name.empty()) tls.server_name = target.hostname;
    return std::make_shared<TcpModuleProbe>(module_, *std::move(address), std::move(tls), target.allowed,
                                            services);
  }

 private:
  std::shared_ptr<const TcpModule> module_;
};

}  // namespace

std::shared_ptr<const Prober> tcp_prober(TcpModule module) {
  return std::make_shared<const TcpProber>(std::move(module));
}

}  // namespace answerback::blackbox
