#pragma once
// A WebSocket on which somebody is signed in. Every message is kept as evidence, the token and other secrets
// taken out.

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "net/websocket.h"
#include "probe/probe.h"
#include "probes/shared/platform/settings.h"

namespace answerback::probes {

class PlatformSocket {
 public:
  // Mints the token, upgrades. Phases: prepare and those of net::WebSocket. Run and settings outlive it.
  static asio::awaitable<std::expected<PlatformSocket, net::Refusal>> open(Run&, Services&,
                                                                           const SessionSettings&);

  // The next message, secrets taken out of it as well: what is quoted from it later is cut, and a part of a
  // secret would not be known again. Nullopt when none came until then.
  asio::awaitable<std::expected<std::optional<net::Message>, net::Gone>> next(Steady until);
  asio::awaitable<std::expected<void, Failure>> send(std::string text);
  // The polite way, until the deadline at the latest; a broken socket has no goodbye.
  asio::awaitable<void> close();

  Steady last_call() const {
    return last_call_;
  }  // stop listening then, so that there is time for a clean close
  Duration upgrade() const { return upgrade_; }    // from the first byte to the 101
  bool unselected() const { return unselected_; }  // subprotocols were offered, none was selected
  const std::string& token() const { return secrets_.front(); }  // empty: nobody is signed in
  void hide(const std::string& secret);                          // in all that is kept from here on
  std::string without_secrets(std::string text) const;

 private:
  PlatformSocket(Run&, const SessionSettings&, net::WebSocket, std::string token);
  void keep(std::string_view label, std::string_view text);

  Run* run_;
  const std::string* who_;  // whose frames they are; empty where there is one user only
  net::WebSocket socket_;
  std::vector<std::string> secrets_;  // the token first
  Steady last_call_;
  Duration upgrade_{};
  bool unselected_ = false, gone_ = false;
};

}  // namespace answerback::probes
