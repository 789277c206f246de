#include "blackbox/websocket_probe.h"

#include "blackbox/dial.h"
#include "model/text.h"
#include "net/any_stream.h"
#include "net/url.h"

namespace answerback::blackbox {
namespace {

// The verdict is there by then, and it counts as the probe's own time.
constexpr Duration goodbye = std::chrono::milliseconds(200);
constexpr unsigned switching = 101;

using Stream = std::expected<std::unique_ptr<net::AnyStream>, Failure>;

class WebSocketModuleProbe final : public ModuleProbe {
 public:
  WebSocketModuleProbe(std::shared_ptr<const WebSocketModule> module, net::Url url,
                       std::shared_ptr<const Targets> allowed, Services& services)
      : module_(std::move(module)),
        request_(module_->request),
        dial_{.ip = module_->ip, .allowed = std::move(allowed)},
        services_(services) {
    request_.url = std::move(url);
    if (!module_->userinfo.empty()) request_.url.userinfo = module_->userinfo;
  }

  asio::awaitable<ProbeResult> run(Run& run) override {
    auto stream = co_await connect(run);
    if (!stream) co_return ProbeResult::fail(std::move(stream).error());
    auto socket = co_await net::WebSocket::open(run, *std::move(stream), request_);
    if (!socket) {
      status_ = socket.error().status;
      if (!socket.error().body.empty()) run.frame("refusal", socket.error().body);
      co_return ProbeResult::fail(std::move(socket).error().failure);
    }
    status_ = switching;
    upgraded_ = true;
    auto failure = co_await talk(run, *socket);
    run.phases.end(run.clock.now());
    co_await socket->close(run, run.clock.now() + goodbye);
    if (failure) co_return ProbeResult::fail(*std::move(failure));
    const std::size_t steps = module_->query_response.size();
    co_return ProbeResult::pass(steps == 0 ? "upgraded" : std::to_string(steps) + " steps as expected");
  }

  void show(const RunRecord& record, Page& page) const override {
    show_dialled(dialled_, record, page);
    const auto phase = [&](const char* name, Phase which) {
      page.gauge("probe_websocket_duration_seconds", "Duration of websocket request by phase",
                 seconds_in(record, which), {{"phase", name}});
    };
    phase("resolve", Phase::resolve);
    phase("connect", Phase::connect);
    phase("tls", Phase::tls);
    phase("upgrade", Phase::upgrade);
    phase("transfer", Phase::processing);
    page.gauge("probe_websocket_status_code", "Response HTTP status code", status_);
    page.gauge("probe_websocket_connection_upgraded",
               "Indicates if the websocket connection was successfully upgraded", upgraded_ ? 1 : 0);
    page.gauge("probe_websocket_failed_due_to_regex", "Indicates if probe failed due to regex",
               talking_ ? 1 : 0);
    page.gauge("probe_websocket_ssl", "Indicates if SSL was used for the connection", facts_ ? 1 : 0);
    if (facts_) show_tls(*facts_, page);
  }

 private:
  asio::awaitable<Stream> connect(Run& run) {
    auto socket = co_await dial(run, services_.dns, dial_, request_.url.host, request_.url.port, dialled_);
    if (!socket) co_return std::unexpected(std::move(socket).error());
    if (!request_.url.tls()) co_return net::any_stream(*std::move(socket));
    auto secured = co_await services_.tls.handshake(run, *std::move(socket), request_.tls, request_.url.host);
    if (!secured) co_return std::unexpected(std::move(secured).error());
    facts_ = net::tls_facts(**secured, request_.tls);
    co_return net::any_stream(*std::move(secured));
  }

  asio::awaitable<std::optional<Failure>> talk(Run& run, net::WebSocket& socket) {
    talking_ = true;  // whatever ends it, as there
    for (const QueryResponse& step : module_->query_response)
      if (auto failure = co_await play(run, socket, step)) co_return failure;
    talking_ = false;
    co_return std::nullopt;
  }

  // The next message has to match: none is passed over, as there.
  asio::awaitable<std::optional<Failure>> play(Run& run, net::WebSocket& socket, const QueryResponse& step) {
    run.enter(Phase::processing);
    std::string words = step.send;
    if (step.expect) {
      run.phases.note("waiting for " + step.expect->text());
      auto message = co_await socket.read(run);
      if (!message) co_return std::move(message).error().failure;
      run.frame("received", message->data);
      auto answer = step.expect->expanded_in(message->data, step.send);
      if (!answer) co_return Failure{Reason::assertion, "the message does not match " + step.expect->text()};
      words = *std::move(answer);
    }
    if (words.empty()) co_return std::nullopt;
    words = clip(words, words.size());  // a text message is UTF-8, and what was captured may not be
    run.frame("sent", words);
    auto sent = co_await socket.send(run, std::move(words));
    if (!sent) co_return std::move(sent).error().failure;
    co_return std::nullopt;
  }

  std::shared_ptr<const WebSocketModule> module_;
  net::WebSocketRequest request_;
  Dial dial_;
  Services& services_;
  Dialled dialled_;
  std::optional<net::TlsFacts> facts_;
  unsigned status_ = 0;
  bool upgraded_ = false, talking_ = false;
};

class WebSocketProber final : public Prober {
 public:
  explicit WebSocketProber(WebSocketModule module)
      : module_(std::make_shared<const WebSocketModule>(std::move(module))) {}

  std::expected<std::shared_ptr<ModuleProbe>, Refused> probe(const Target& target,
                                                             Services& services) const override {
    auto url = net::parse_url(target.text, {"ws", "wss"});
    if (!url) return std::unexpected(Refused{400, "target: " + url.error()});
    if (auto why = target.allowed->refusal(url->host)) return std::unexpected(Refused{403, *std::move(why)});
    return std::make_shared<WebSocketModuleProbe>(module_, *std::move(url), target.allowed, services);
  }

 private:
  std::shared_ptr<const WebSocketModule> module_;
};

}  // namespace

std::shared_ptr<const Prober> websocket_prober(WebSocketModule module) {
  return std::make_shared<const WebSocketProber>(std::move(module));
}

}  // namespace answerback::blackbox
