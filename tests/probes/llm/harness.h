#pragma once
// Runs of one `llm` probe, one after the other, against a peer on the same loop; time may be moved between
// them.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "probes/loop.h"
#include "probes/one_run.h"

namespace answerback::probes {

// The real time, and how far it was moved.
class MovedClock final : public Clock {
 public:
  explicit MovedClock(Clock& real) : real_(real) {}
  void move(Duration by) { moved_ += by; }
  Steady now() const override { return real_.now() + moved_; }
  Wall wall() const override { return real_.wall() + std::chrono::duration_cast<Wall::duration>(moved_); }
  asio::awaitable<void> sleep_until(Steady) override;
  std::unique_ptr<Alarm> alarm(std::function<void()> ring) override;

 private:
  Clock& real_;
  Duration moved_{};
};

class LlmRig {
 public:
  Loop loop;
  MovedClock clock{loop.clock};

  void configure(const std::string& base_url,
                 const std::string& more = "");  // a model "demo-1", the key "demo-key"
  void configure_with(const std::string& keys);  // these and no other
  Seen run();

  // Ends at the deadline as the runner would end it, with the reason the phase has then.
  Seen run_until_late(Duration timeout);

 private:
  std::unique_ptr<Reading> reading_;
  std::unique_ptr<Probe> probe_;
};

std::string told(const Seen&);               // "fail truncated"
const Sample* sample(const Seen&, Measure);  // the first, or null
std::string frames(const Seen&);             // all of their texts
std::vector<std::string> phases_of(const Seen&);

// Scripts of a provider: a stream of these events, or one body.
std::string stream_head();
std::string events(const std::vector<std::string>& data);  // as SSE
std::string chunk(std::string_view content);               // one with this content
std::string last_chunk(std::string_view finish_reason);
test::Peer::Script streams(std::vector<std::string> data);  // and hangs up
test::Peer::Script answers(unsigned status, std::string body,
                           std::string headers = "");  // JSON, each request of its own

inline constexpr std::string_view done = "[DONE]";

}  // namespace answerback::probes
