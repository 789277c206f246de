#include "model/evidence.h"

#include <iterator>

#include "model/text.h"

namespace answerback {

void Evidence::frame(Steady at, std::string_view label, std::string_view text) {
  ++seen_;
  if (frames_.size() == frames_kept) frames_.pop_front();
  frames_.push_back({.at = at, .label = clip(label, label_cap), .text = clip(text, frame_cap)});
}

void Evidence::measure(Measure measure, double value, std::string_view label) {
  if (samples_.size() == samples_kept) return;
  samples_.push_back({.measure = measure, .value = value, .label = clip(label, label_cap)});
}

std::vector<Frame> Evidence::take_frames() {
  std::vector<Frame> frames(std::make_move_iterator(frames_.begin()), std::make_move_iterator(frames_.end()));
  frames_.clear();
  return frames;
}

}  // namespace answerback
