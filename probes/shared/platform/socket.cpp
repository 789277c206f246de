#include "probes/shared/platform/socket.h"

#include <algorithm>
#include <boost/json.hpp>

#include "credentials/credentials.h"
#include "probe/within.h"
#include "probes/shared/edge.h"
#include "probes/shared/endpoint.h"
#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

using Read = std::expected<net::Message, net::Gone>;

constexpr std::size_t shortest_secret = 4;  // a shorter one would make any text unreadable

// Kept outside of within(), which drops what comes at the very moment its time is up.
asio::awaitable<void> read_into(Run& run, net::WebSocket& socket, std::optional<Read>& read) {
  read.emplace(co_await socket.read(run));
}

// The body is kept, and it is said who refused, or in which words.
void tell(Run& run, net::Refusal& refusal, const std::string& token) {
  const bool shown = !refusal.body.empty() && (token.empty() || !refusal.body.contains(token));
  if (shown) run.frame("body", refusal.body);
  const std::string front =
      front_note({.status = refusal.status, .headers = refusal.headers, .body = refusal.body, .url = {}});
  refusal.failure.detail += front.empty() && shown ? ": " + describe_body(refusal.body) : front;
}

}  // namespace

PlatformSocket::PlatformSocket(Run& run, const SessionSettings& settings, net::WebSocket socket,
                               std::string token)
    : run_(&run), who_(&settings.who), socket_(std::move(socket)), secrets_{std::move(token)} {
  last_call_ = last_call_of(run);
}

asio::awaitable<std::expected<PlatformSocket, net::Refusal>> PlatformSocket::open(
    Run& run, Services& services, const SessionSettings& settings) {
  const net::Transport transport{services.dns, services.tls, services.proxies};
  for (bool again = false;; again = true) {
    run.enter(Phase::prepare);
    std::string token = settings.token.reveal();
    if (!settings.credentials.empty() && settings.uses_token) {
      auto minted = co_await services.credentials.token(run, settings.credentials);
      if (!minted) co_return std::unexpected(net::Refusal{.failure = std::move(minted).error(), .body = {}});
      token = minted->reveal();
    }
    const Steady began = run.clock.now();
    net::WebSocketRequest request = with_token(settings, token);
    const bool offered = !request.subprotocols.empty();
    auto socket = co_await net::WebSocket::open(run, transport, std::move(request));
    if (!socket) {
      tell(run, socket.error(), token);
      const bool anew = socket.error().failure.reason == Reason::auth && !again && !token.empty() &&
                        services.credentials.refused(run, settings.credentials, token);
      if (anew) continue;
      co_return std::unexpected(std::move(socket).error());
    }
    PlatformSocket opened(run, settings, *std::move(socket), token);
    opened.upgrade_ = run.clock.now() - began;
    opened.unselected_ = offered && opened.socket_.subprotocol().empty();
    co_return std::move(opened);
  }
}

asio::awaitable<std::expected<std::optional<net::Message>, net::Gone>> PlatformSocket::next(Steady until) {
  std::optional<Read> read;
  co_await within(run_->clock, until, read_into(*run_, socket_, read));
  if (!read) co_return std::nullopt;
  if (!*read) {
    gone_ = true;
    co_return std::unexpected(std::move(*read).error());
  }
  net::Message message = **std::move(read);
  if (message.text) message.data = without_secrets(std::move(message.data));
  keep("received", message.text ? message.data : "binary, " + std::to_string(message.data.size()) + " bytes");
  co_return message;
}

asio::awaitable<std::expected<void, Failure>> PlatformSocket::send(std::string text) {
  keep("sent", without_secrets(text));
  auto sent = co_await socket_.send(*run_, std::move(text));
  if (sent) co_return std::expected<void, Failure>();
  gone_ = true;
  co_return std::unexpected(std::move(sent).error().failure);
}

void PlatformSocket::keep(std::string_view label, std::string_view text) {
  run_->frame(who_->empty() ? std::string(label) : *who_ + " " + std::string(label), text);
}

asio::awaitable<void> PlatformSocket::close() {
  if (gone_) co_return;
  gone_ = true;
  co_await socket_.close(*run_, goodbye_of(*run_));
}

void PlatformSocket::hide(const std::string& secret) {
  if (secret.size() < shortest_secret) return;
  secrets_.push_back(secret);
  const std::string quoted = boost::json::serialize(boost::json::string(secret));
  if (quoted.size() != secret.size() + 2) secrets_.push_back(quoted.substr(1, quoted.size() - 2));
}

std::string PlatformSocket::without_secrets(std::string text) const {
  const auto replace = [&](const std::string& secret, std::string_view mark) {
    for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += mark.size())
      text.replace(at, secret.size(), mark);
  };
  for (std::size_t i = 0; i < secrets_.size(); ++i) {
    if (secrets_[i].empty()) continue;
    const std::string_view mark = i == 0 ? "<token>" : "<secret>";
    replace(secrets_[i], mark);
    replace(base64url(secrets_[i]), mark);
  }
  return text;
}

}  // namespace answerback::probes
