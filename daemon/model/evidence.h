#pragma once
// What a run saw. Bytes are counted because a run that exchanged none cannot pass; the last frames are kept
// because a frame explains what a verdict only names. Capped: a hostile peer cannot make it grow.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/measure.h"
#include "model/time.h"

namespace answerback {

struct Frame {
  Steady at;
  std::string label;  // "sent", "received", "body", …
  std::string text;   // as seen, made well-formed UTF-8; cut at Evidence::frame_cap with "…"
};

class Evidence {
 public:
  static constexpr std::size_t frame_cap = 2048;    // bytes kept of one frame
  static constexpr std::size_t frames_kept = 32;    // the last ones
  static constexpr std::size_t label_cap = 128;     // bytes kept of a label
  static constexpr std::size_t samples_kept = 256;  // the first ones

  void sent(std::size_t bytes) { sent_ += bytes; }
  void received(std::size_t bytes) { received_ += bytes; }
  void frame(Steady at, std::string_view label, std::string_view text);
  void peer(std::string address) { peer_ = std::move(address); }  // "10.0.0.7:5432"; the last one counts
  void measure(Measure measure, double value, std::string_view label = {});

  std::uint64_t bytes_sent() const { return sent_; }
  std::uint64_t bytes_received() const { return received_; }
  std::uint64_t frames_seen() const { return seen_; }
  const std::vector<Frame>& frames() const { return frames_; }
  const std::vector<Sample>& samples() const { return samples_; }
  std::string take_peer() { return std::move(peer_); }
  std::vector<Frame> take_frames() { return std::move(frames_); }
  std::vector<Sample> take_samples() { return std::move(samples_); }

 private:
  std::vector<Frame> frames_;
  std::vector<Sample> samples_;
  std::string peer_;
  std::uint64_t sent_ = 0, received_ = 0, seen_ = 0;
};

}  // namespace answerback
