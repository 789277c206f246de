#pragma once
// Passwords are checked on a thread of their own, one at a time: bcrypt takes a tenth of a second, and
// neither the port nor a probe may wait for it. What was found right is remembered, so that a scraper costs
// it once.
//
// Against guessing: an address has ten wrong ones, then one every two seconds; no more than 64 checks wait at
// once; who is not known is checked against a decoy, for as long. A right password that was seen before is
// let in whatever others at its address do.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "model/time.h"

namespace answerback::access {

enum class Proof : std::uint8_t {
  right,
  wrong,
  busy,  // not looked at: too many wrong ones from there, or too many waiting
};

class Passwords {
 public:
  struct Claim {
    std::string user, password;
    std::string hash;   // the user's; empty: there is no such user
    std::string decoy;  // what is done instead then
    std::string peer;   // where it comes from
  };
  using Done = std::move_only_function<void(Proof)>;
  using Check = std::function<bool(const std::string& hash, const std::string& password)>;

  explicit Passwords(Check = {}, std::function<Steady()> now = std::chrono::steady_clock::now);
  ~Passwords();  // stops

  // Any thread. `done` is called once: at once and from within where that is possible, else on the checking
  // thread.
  void prove(Claim, Done done);

  // What waits is answered with `busy`, and everything from now on; the one being checked is still answered.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace answerback::access
