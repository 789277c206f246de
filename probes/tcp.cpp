#include "probes/tcp.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "model/text.h"
#include "net/connect.h"

namespace answerback::probes {
namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

std::string passed(const TcpSettings& settings, std::string_view read) {
  return settings.expect ? "answered: " + one_line(read, 120)
         : settings.tls  ? "TLS established"
                         : "connection accepted";
}

// The parts of a conversation over a plain or a TLS stream: nullopt when it went as wanted.
template <class Stream>
asio::awaitable<std::optional<Failure>> send(Run& run, const TcpSettings& settings, Stream& stream) {
  const auto [error, sent] = co_await asio::async_write(stream, asio::buffer(settings.send), as_result);
  run.evidence.sent(sent);
  if (error) co_return net::socket_failure(error, "sending");
  co_return std::nullopt;
}

template <class Stream>
asio::awaitable<std::optional<Failure>> await_banner(Run& run, const TcpSettings& settings, Stream& stream,
                                                     std::string& read) {
  run.enter(Phase::processing);
  run.phases.note("waiting for " + settings.expect->text());
  char piece[1024];
  for (;;) {
    const auto [error, got] = co_await stream.async_read_some(asio::buffer(piece), as_result);
    run.evidence.received(got);
    if (read.empty() && got > 0) {
      run.enter(Phase::transfer);
    }
    read.append(piece, std::min(got, settings.max_bytes - read.size()));
    if (got > 0) run.phases.note("waiting for " + settings.expect->text() + ", got " + one_line(read, 120));
    const bool ended = static_cast<bool>(error);
    if (ended && read.empty()) co_return net::socket_failure(error, "waiting for the first byte");
    const Banner banner = judge(settings, read, ended);
    if (banner == Banner::as_expected) co_return std::nullopt;
    if (banner == Banner::wrong) co_return wrong_banner(settings, read, ended);
  }
}

class TcpProbe final : public Probe {
 public:
  TcpProbe(TcpSettings settings, net::Resolver& dns, net::Tls& tls)
      : settings_(std::move(settings)), dns_(dns), tls_(tls) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    const Steady began = run.clock.now();
    auto socket = co_await net::connect(run, dns_, settings_.address.host, settings_.address.port);
    if (!socket) co_return ProbeResult::fail(std::move(socket.error()));
    // An accepted connection is what this type asks for: the peer's SYN-ACK is its evidence, counted as a
    // byte.
    run.evidence.received(1);

    std::string read;
    std::optional<Failure> failure;
    if (settings_.tls) {
      auto stream =
          co_await tls_.handshake(run, std::move(*socket), settings_.tls_settings, settings_.address.host);
      if (!stream) co_return ProbeResult::fail(std::move(stream.error()));
      failure = co_await converse(run, **stream, read);
    } else {
      failure = co_await converse(run, *socket, read);
    }
    if (!read.empty()) run.frame("received", read);
    if (failure) co_return ProbeResult::fail(*std::move(failure));

    std::optional<ProbeResult> certificate;
    if (const auto end = certificate_end(run.evidence)) {
      certificate = judge(settings_.certificate, *end, run.clock.wall());
    }
    co_return worst(passed(settings_, read), judge(settings_.slow, run.clock.now() - began),
                    std::move(certificate));
  }

 private:
  template <class Stream>
  asio::awaitable<std::optional<Failure>> converse(Run& run, Stream& stream, std::string& read) {
    if (!settings_.send.empty()) {
      if (auto failure = co_await send(run, settings_, stream)) co_return failure;
    }
    if (!settings_.expect) co_return std::nullopt;
    co_return co_await await_banner(run, settings_, stream, read);
  }

  TcpSettings settings_;
  net::Resolver& dns_;
  net::Tls& tls_;
};

std::unique_ptr<Probe> make(config::Fields& fields, Services& services) {
  return std::make_unique<TcpProbe>(read_tcp(fields), services.dns, services.tls);
}

std::expected<std::optional<Pattern>, std::string> parse_expect(std::string_view text) {
  auto pattern = Pattern::parse(text);
  if (!pattern) return std::unexpected(pattern.error());
  return *std::move(pattern);
}

}  // namespace

TcpSettings read_tcp(config::Fields& fields) {
  TcpSettings settings;
  settings.address = fields.required_parsed<net::HostPort>("address", "host:port", net::parse_host_port);
  settings.send = fields.secret("send", "sent once connected").reveal();
  settings.expect = fields.parsed<std::optional<Pattern>>(
      "expect", "",
      "regular expression (RE2) to be found in what is received; left out: being accepted is enough",
      parse_expect);
  settings.max_bytes = static_cast<std::size_t>(
      fields.integer("max_bytes", 4096, 1, 16 * 1024, "bytes read at the most while waiting for expect"));
  settings.tls = fields.flag("tls", false, "speak TLS from the first byte");
  config::Fields tls = fields.child("tls_config", "TLS, as in blackbox_exporter");
  settings.tls_settings = read_tls(tls);
  config::Fields slow = fields.child("slow", "bounds on the time taken");
  settings.slow = read_slow(slow);
  config::Fields certificate = fields.child("certificate", "bounds on the certificate's age");
  settings.certificate = read_certificate(certificate);
  if (!settings.tls && (fields.has("tls_config") || fields.has("certificate"))) {
    fields.error(fields.has("tls_config") ? "tls_config" : "certificate", "has no effect without tls: true");
  }
  return settings;
}

Banner judge(const TcpSettings& settings, std::string_view read, bool ended) {
  if (settings.expect->found_in(read)) return Banner::as_expected;
  return ended || read.size() >= settings.max_bytes ? Banner::wrong : Banner::read_on;
}

Failure wrong_banner(const TcpSettings& settings, std::string_view read, bool ended) {
  return {Reason::assertion, "wanted a match of " + settings.expect->text() + ", got " +
                                 std::to_string(read.size()) + (ended ? " bytes and the end: " : " bytes: ") +
                                 one_line(read, 120)};
}

constinit const ProbeType tcp{
    .name = "tcp",
    .summary = "a TCP or TLS connection is accepted, and the answer is as expected",
    .make = make,
    .reasons = {},
};

}  // namespace answerback::probes
