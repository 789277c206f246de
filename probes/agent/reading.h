#pragma once
// What comes over a line, on its way from documents to arrivals: read by the codec, kept as evidence, handed
// on one by one. Pure but for the evidence it writes.

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/secret.h"
#include "probes/agent/codec.h"
#include "probes/agent/line.h"

namespace answerback::probes {

// The text without what we prove ourselves with: servers put it into their words.
std::string without(std::span<const Secret> secrets, std::string text);

class AgentReading {
 public:
  // All but the secrets must outlive it.
  AgentReading(Run& run, AgentCodec& codec, std::span<const std::string> stages, std::vector<Secret> secrets)
      : run_(run), codec_(codec), stages_(stages), secrets_(std::move(secrets)) {}

  void take(net::SseEvent);
  void take_whole(std::string body);
  void end();          // well: the codec says what that means
  void fail(Failure);  // a break; what was taken before it counts first
  std::string safe(std::string text) const { return without(secrets_, std::move(text)); }

  // What next() has to give without waiting: an arrival from before `until`; then the failure; then, when all
  // is over, nullopt where the chain's last stage has come and chain_incomplete where it has not. Nothing:
  // more must be read, if there still is time.
  using Next = std::expected<std::optional<AgentLine::Arrival>, Failure>;
  std::optional<Next> next(Steady until);

  bool ended() const { return ended_ || failure_; }
  bool heard_anything() const { return heard_; }

 private:
  void hand_on(AgentHeard);
  void show(const std::string& name, std::string_view text);

  Run& run_;
  AgentCodec& codec_;
  std::span<const std::string> stages_;
  std::vector<Secret> secrets_;
  std::deque<AgentLine::Arrival> arrivals_;
  std::optional<Failure> failure_;
  bool ended_ = false, heard_ = false, reached_end_ = false;
  std::string shown_;          // name of the last frame kept
  std::size_t not_shown_ = 0;  // events of that name since
};

}  // namespace answerback::probes
