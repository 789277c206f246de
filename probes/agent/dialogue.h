#pragma once
// One request on an open line and what comes of it: drives the chain, and where it never begins finds out
// why.

#include <optional>
#include <span>
#include <string>

#include "probes/agent/chain.h"
#include "probes/agent/line.h"
#include "probes/agent/settings.h"
#include "probes/shared/challenge/challenge.h"

namespace answerback::probes {

// What a request must not be confused with.
struct Asked {
  std::span<const Challenge> earlier;  // requests, whose answers may come late
};

class Dialogue {
 public:
  // All must outlive it.
  Dialogue(Run& run, AgentLine& line, const AgentSettings& settings, Asked asked)
      : run_(run), line_(line), settings_(settings), asked_(asked) {}

  // Sends the request and listens until the chain has ended and the answer is right, or nothing better is to
  // be expected. Enters dispatch, chain and answer. Failure: the chain did not end, or not with the answer's
  // turn to be judged.
  asio::awaitable<std::expected<void, Failure>> ask(const Challenge&, ChainIdentity);

  // After no_start: the same once more in another form, with a question of its own; and where that meets
  // silence, too, a request of no known kind: does the server say anything at all? Gives what the silence
  // was.
  asio::awaitable<Failure> ask_otherwise(const Challenge& first, const Challenge& other, Failure silence);

  // Null before ask().
  const Chain* chain() const { return chain_ ? &*chain_ : nullptr; }

 private:
  asio::awaitable<std::expected<void, Failure>> send(std::size_t form, const Challenge&);
  asio::awaitable<std::expected<void, Failure>> listen(Chain&, const Challenge&, std::size_t form,
                                                       Steady first_until);
  asio::awaitable<std::expected<std::string, Failure>> babble(Steady until);
  bool settled(Chain&, const Challenge&);
  void enter_phase_of(const Chain&);

  Run& run_;
  AgentLine& line_;
  const AgentSettings& settings_;
  Asked asked_;
  std::optional<Chain> chain_;
  bool phases_ = true;  // false while the control request is tried: it is all part of the dispatch
  bool unrecognised_ = false;
};

}  // namespace answerback::probes
