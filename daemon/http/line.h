#pragma once
// The bytes of one client, in and out: every wait ends with the client, or at the deadline that was set for
// it. False, or nothing, says that the client is gone. One thread; a Line is a handle, as good as the client
// it names.

#include <array>
#include <boost/asio/awaitable.hpp>
#include <string_view>

#include "http/clients.h"

namespace answerback::http {

class Line {
 public:
  // `input` may be that of all lines: bytes are handed on before anyone else reads.
  using Input = std::array<char, 16 * 1024>;

  Line(Clients& clients, Clients::One client, Input& input)
      : clients_(&clients), client_(client), input_(&input) {}

  const std::string& peer() const { return client_->peer; }
  bool open() const { return client_->channel != nullptr; }
  void deadline(Steady at) { clients_->deadline(client_, at); }
  void no_deadline() { deadline(Steady::max()); }
  void within(Duration d) { deadline(std::chrono::steady_clock::now() + d); }
  void active() { clients_->active(client_); }

  bool greets() const { return client_->channel->greets(); }
  access::Step greet() { return client_->channel->greet(); }
  void speak_plainly();  // from here on in the clear

  // Until the step can be done again.
  boost::asio::awaitable<bool> ready(access::Next);
  // The next bytes, good until the next co_await.
  boost::asio::awaitable<std::string_view> receive();
  // All of both, in turns, so that a long answer holds nobody up.
  boost::asio::awaitable<bool> send(std::string_view head, std::string_view body = {});
  // Hangs up our side, and lets the client finish, within limits.
  boost::asio::awaitable<void> part();

  bool hung_up();        // taking what it says while it is read to, which is no request
  bool is_gone() const;  // without taking a byte away from the next request

 private:
  Clients* clients_;
  Clients::One client_;
  Input* input_;
};

}  // namespace answerback::http
