#include "probes/tls/tls.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "model/text.h"

namespace answerback::probes {
namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
using Agreed = std::expected<void, Failure>;

asio::awaitable<Agreed> agree_on_tls(Run& run, net::TcpSocket& socket, StartTls start) {
  StartTlsTalk talk(start);
  if (talk.agreed()) co_return Agreed();
  run.enter(Phase::processing);
  run.phases.note("before TLS begins");
  char piece[1024];
  while (!talk.agreed()) {
    if (const std::string bytes = talk.to_send(); !bytes.empty()) {
      const auto [error, sent] = co_await asio::async_write(socket, asio::buffer(bytes), as_result);
      run.evidence.sent(sent);
      if (error) co_return std::unexpected(net::socket_failure(error, "asking for TLS"));
    }
    const auto [error, got] = co_await socket.async_read_some(asio::buffer(piece), as_result);
    run.evidence.received(got);
    if (error) co_return std::unexpected(net::socket_failure(error, "waiting to begin TLS"));
    run.frame("received", std::string_view(piece, got));
    if (auto taken = talk.take({piece, got}); !taken) co_return taken;
  }
  co_return Agreed();
}

std::string told(const net::TlsAgreement& facts) {
  return facts.version + ", " + facts.cipher + (facts.alpn.empty() ? "" : ", " + one_line(facts.alpn, 40)) +
         ", certificate of " + (facts.subject.empty() ? "no name" : facts.subject) + " by " +
         (facts.issuer.empty() ? "no name" : facts.issuer) + " (" + std::to_string(facts.chain) + " sent)";
}

class TlsProbe final : public Probe {
 public:
  TlsProbe(TlsProbeSettings settings, Services& services)
      : settings_(std::move(settings)), services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    const Steady began = run.clock.now();
    auto socket = co_await net::connect(run, services_.dns, settings_.address.host, settings_.address.port);
    if (!socket) co_return ProbeResult::fail(std::move(socket).error());
    if (auto agreed = co_await agree_on_tls(run, *socket, settings_.start); !agreed)
      co_return ProbeResult::fail(std::move(agreed).error());
    auto stream =
        co_await services_.tls.handshake(run, *std::move(socket), settings_.tls, settings_.address.host);
    if (!stream) co_return ProbeResult::fail(std::move(stream).error());
    const net::TlsAgreement facts = net::agreement_of(**stream);
    run.frame("agreed", told(facts));
    if (!settings_.tls.alpn.empty() && facts.alpn.empty())
      co_return ProbeResult::fail(Reason::assertion,
                                  "the server chose none of the protocols offered by ALPN");
    std::optional<ProbeResult> certificate;
    if (const auto end = certificate_end(run.evidence))
      certificate = judge(settings_.certificate, *end, run.clock.wall());
    co_return worst(told(facts), judge(settings_.slow, run.clock.now() - began), std::move(certificate));
  }

 private:
  TlsProbeSettings settings_;
  Services& services_;
};

std::unique_ptr<Probe> make_tls_from(config::Fields& fields, Services& services) {
  return make_tls(read_tls_probe(fields), services);
}

constexpr Reason tls_own_reasons[] = {Reason::assertion, Reason::slow, Reason::not_ready};

}  // namespace

TlsProbeSettings read_tls_probe(config::Fields& fields) {
  TlsProbeSettings settings;
  settings.address = fields.required_parsed<net::HostPort>("address", "host:port", net::parse_host_port);
  const std::string start =
      fields.one_of("starttls", "none", {"none", "postgres", "smtp"}, "what is spoken before TLS begins");
  settings.start = start == "postgres" ? StartTls::postgres
                   : start == "smtp"   ? StartTls::smtp
                                       : StartTls::none;
  config::Fields tls_config = fields.child("tls_config", "TLS, as in blackbox_exporter");
  settings.tls = read_tls(tls_config);
  settings.tls.alpn =
      fields.texts("alpn", "protocols offered by ALPN, of which the server must choose one (h2, http/1.1)");
  for (std::size_t i = 0; i < settings.tls.alpn.size(); ++i)
    if (settings.tls.alpn[i].empty() || settings.tls.alpn[i].size() > 255)
      fields.error("alpn[" + std::to_string(i) + "]", "must have 1 to 255 bytes");
  config::Fields certificate = fields.child("certificate", "bounds on the certificate's age");
  settings.certificate = read_certificate(certificate);
  config::Fields slow = fields.child("slow", "bounds on the time taken");
  settings.slow = read_slow(slow);
  return settings;
}

std::unique_ptr<Probe> make_tls(TlsProbeSettings settings, Services& services) {
  return std::make_unique<TlsProbe>(std::move(settings), services);
}

constinit const ProbeType tls{
    .name = "tls",
    .summary = "a TLS handshake succeeds, also after STARTTLS, and the certificate is good for a while",
    .make = make_tls_from,
    .reasons = tls_own_reasons,
};

}  // namespace answerback::probes
