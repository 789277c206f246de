#pragma once
// The token of one sign-in, for all probes that use it: fetched when it is first wanted, again before it
// expires, and by one of them at a time while the others wait. Loop's thread.

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "credentials/sign_in.h"
#include "probe/run.h"

namespace answerback {

class TokenKeeper {
 public:
  static constexpr Duration limit = std::chrono::seconds(10);    // of one sign-in
  static constexpr Duration quiet = std::chrono::seconds(10);    // after one that failed: no storm of them
  static constexpr Duration lifetime = std::chrono::minutes(5);  // where nobody says how long it is good
  static constexpr Duration renew_before = std::chrono::seconds(30);  // its end; a quarter of a short life
  static constexpr Duration settled = std::chrono::seconds(30);       // a younger token is not given up

  // `learn` is told each token that comes in, before anybody uses it.
  TokenKeeper(std::string name, SignIn, net::Transport, Random&, std::function<void(const Secret&)> learn);

  // A token to present now. Phase::sign_in where it must be fetched or waited for: a deadline there is `auth`
  // and names the address. While one is good, a sign-in that fails does no harm. Whoever fetches may be
  // cancelled; then the next of those who wait does it. Failure: auth, naming credentials and address.
  static asio::awaitable<std::expected<Secret, Failure>> token(std::shared_ptr<TokenKeeper>, Run&);

  // The target refused it. True when another one can be had: it is still the current one, and was not
  // fetched just now.
  bool refused(const std::string& token, Steady now);

 private:
  struct Turn;  // to sign in
  struct Kept {
    std::string token;
    Steady since, renew, until;
  };
  asio::awaitable<void> sign_in(Run&);
  void keep(SignedIn, Steady now);

  const std::string name_;
  const SignIn sign_in_;
  const net::Transport transport_;
  Random& random_;
  const std::function<void(const Secret&)> learn_;
  std::optional<Kept> kept_;
  Failure failure_;
  Steady quiet_until_{};
  std::optional<asio::steady_timer> turn_ended_;  // never rings: cancelled to wake those who wait
  bool busy_ = false;
};

}  // namespace answerback
