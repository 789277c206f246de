#include "probes/agent/socket_line.h"

#include <array>

#include "net/websocket.h"
#include "probe/within.h"
#include "probes/agent/http_request.h"
#include "probes/agent/reading.h"
#include "probes/shared/platform/time.h"

namespace answerback::probes {
namespace {

using Read = std::expected<net::Message, net::Gone>;

asio::awaitable<void> read_into(Run& run, net::WebSocket& socket, std::optional<Read>& read) {
  read.emplace(co_await socket.read(run));
}

class Line final : public AgentLine {
 public:
  Line(Run& run, net::WebSocket socket, std::unique_ptr<AgentCodec> codec,
       std::span<const std::string> stages, std::vector<Secret> secrets, Duration upgrade)
      : run_(run),
        socket_(std::move(socket)),
        codec_(std::move(codec)),
        reading_(run, *codec_, stages, std::move(secrets)),
        last_call_(last_call_of(run)),
        upgrade_(upgrade) {}

  std::span<const std::string> forms() const override { return forms_; }

  asio::awaitable<std::expected<void, Failure>> ask(std::size_t, const std::string& question) override {
    AgentCall call = codec_->call(question);
    call.before.push_back(std::move(call.body));
    for (std::string& message : call.before) {
      run_.frame("sent", reading_.safe(message));
      auto sent = co_await socket_.send(run_, std::move(message));
      if (sent) continue;
      gone_ = true;
      co_return std::unexpected(std::move(sent).error().failure);
    }
    co_return std::expected<void, Failure>();
  }

  asio::awaitable<std::expected<std::optional<Arrival>, Failure>> next(Steady until) override {
    for (;;) {
      if (auto ready = reading_.next(until)) co_return *std::move(ready);
      if (run_.clock.now() >= until) co_return std::nullopt;
      std::optional<Read> read;
      co_await within(run_.clock, until, read_into(run_, socket_, read));
      if (!read) co_return std::nullopt;
      if (!*read) {
        gone_ = true;
        reading_.fail(std::move(*read).error().failure);
      } else if ((*read)->text) {
        reading_.take({.type = {}, .data = std::move((*read)->data), .id = {}});
        if (codec_->over()) reading_.end();
      } else {
        run_.frame("received", "binary, " + std::to_string((*read)->data.size()) + " bytes");
      }
    }
  }

  asio::awaitable<void> close() override {
    if (std::exchange(gone_, true)) co_return;
    co_await socket_.close(run_, goodbye_of(run_));
  }

  Steady last_call() const override { return last_call_; }
  std::string opened() const override { return "upgrade 101 in " + spoken(upgrade_); }
  std::string user_id() const override { return {}; }
  std::string degraded() const override { return {}; }
  std::optional<ProbeResult> warning() const override { return codec_->warning(); }

 private:
  Run& run_;
  net::WebSocket socket_;
  std::unique_ptr<AgentCodec> codec_;
  AgentReading reading_;
  Steady last_call_;
  Duration upgrade_;
  std::array<std::string, 1> forms_{"the request"};
  bool gone_ = false;
};

class Dialect final : public AgentDialect {
 public:
  Dialect(AgentHttpSettings settings, MakeCodec make)
      : settings_(std::move(settings)), make_(std::move(make)) {}

  asio::awaitable<std::expected<std::unique_ptr<AgentLine>, Failure>> open(
      Run& run, Services& services, std::span<const std::string> stages) const override {
    auto token = co_await token_for(run, services, settings_);
    if (!token) co_return std::unexpected(std::move(token).error());
    std::vector<Secret> secrets = settings_.secrets;
    net::WebSocketRequest request{.url = settings_.url, .headers = settings_.headers, .tls = settings_.tls};
    if (!token->empty()) {
      request.headers.emplace_back("Authorization", "Bearer " + token->reveal());
      secrets.push_back(*token);
    }
    const Steady began = run.clock.now();
    auto socket = co_await net::WebSocket::open(
        run, net::Transport{services.dns, services.tls, services.proxies}, std::move(request));
    if (!socket) {
      net::Refusal refusal = std::move(socket).error();
      if (!refusal.body.empty()) run.frame("body", without(secrets, std::move(refusal.body)));
      co_return std::unexpected(std::move(refusal.failure));
    }
    co_return std::make_unique<Line>(run, *std::move(socket), make_(draw_ids(services.random)), stages,
                                     std::move(secrets), run.clock.now() - began);
  }

 private:
  AgentHttpSettings settings_;
  MakeCodec make_;
};

}  // namespace

std::unique_ptr<const AgentDialect> agent_over_socket(AgentHttpSettings settings, MakeCodec make) {
  return std::make_unique<Dialect>(std::move(settings), std::move(make));
}

}  // namespace answerback::probes
