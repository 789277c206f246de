#include "net/websocket_frames.h"

#include <algorithm>
#include <limits>

namespace answerback::net {
namespace {

constexpr std::uint8_t last_bit = 0x80, mask_bit = 0x80, control_bit = 0x08, close_opcode = 0x08;

Failure too_large(std::string detail) { return {Reason::too_large, std::move(detail)}; }

}  // namespace

void FrameWatch::see(std::string_view bytes) {
  while (!bytes.empty() && !over_) {
    if (left_ == 0) {
      head_[have_++] = static_cast<std::uint8_t>(bytes.front());
      bytes.remove_prefix(1);
      if (have_ == head_size()) begin_frame();
      continue;
    }
    const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    if (closing_) close_->append(bytes.substr(0, size));
    left_ -= size;
    bytes.remove_prefix(size);
  }
}

std::size_t FrameWatch::head_size() const {
  if (have_ < 2) return 2;
  const int length = head_[1] & ~mask_bit;
  return 2u + (length == 126 ? 2u : length == 127 ? 8u : 0u) + (head_[1] & mask_bit ? 4u : 0u);
}

void FrameWatch::begin_frame() {
  have_ = 0;
  const std::uint8_t opcode = head_[0] & 0x0f;
  const int short_length = head_[1] & ~mask_bit;
  const std::size_t length_bytes = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
  left_ = length_bytes == 0 ? static_cast<std::uint64_t>(short_length) : 0;
  for (std::size_t i = 0; i < length_bytes; ++i) left_ = left_ << 8 | head_[2 + i];

  closing_ = opcode == close_opcode && !close_ && left_ <= 125;
  if (closing_) close_.emplace();
  if (!(opcode & control_bit)) return count_fragment(left_, head_[0] & last_bit);
  if (++controls_ > limits_.pings_per_message)
    over_ = too_large("more than " + std::to_string(limits_.pings_per_message) +
                      " control frames between two messages");
}

void FrameWatch::count_fragment(std::uint64_t length, bool last) {
  // Deflate makes hardly anything longer than it was: twice the cap is what no honest message needs.
  const std::uint64_t most_bytes = 2 * std::uint64_t{limits_.message_bytes} + 1024;
  bytes_ += std::min(length, std::numeric_limits<std::uint64_t>::max() - bytes_);
  if (++fragments_ > limits_.fragments_per_message)
    over_ =
        too_large("a message of more than " + std::to_string(limits_.fragments_per_message) + " fragments");
  else if (bytes_ > most_bytes)
    over_ = too_large("a message of " + std::to_string(bytes_) + " bytes or more, over the cap of " +
                      std::to_string(limits_.message_bytes) + " bytes");
  if (last) controls_ = fragments_ = bytes_ = 0;
}

}  // namespace answerback::net
