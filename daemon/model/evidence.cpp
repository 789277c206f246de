#include "model/evidence.h"

#include "model/text.h"

namespace answerback {
namespace {

constexpr std::size_t usual_samples = 4;  // what most runs measure at most

}  // namespace

void Evidence::frame(Steady at, std::string_view label, std::string_view text) {
  ++seen_;
  if (frames_.size() == frames_kept) frames_.erase(frames_.begin());
  frames_.push_back({.at = at, .label = clip(label, label_cap), .text = clip(text, frame_cap)});
}

void Evidence::measure(Measure measure, double value, std::string_view label) {
  if (samples_.size() == samples_kept) return;
  if (samples_.empty()) samples_.reserve(usual_samples);
  samples_.push_back({.measure = measure, .value = value, .label = clip(label, label_cap)});
}

}  // namespace answerback
