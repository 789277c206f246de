#include "probes/shared/steps/frames.h"

namespace answerback::probes {
namespace {

constexpr char character(Terminator terminator) {
  return terminator == Terminator::nul ? '\0' : terminator == Terminator::newline ? '\n' : '\x1e';
}

// STOMP allows line ends between frames; lines may end in CR LF.
std::string_view without_line_ends(std::string_view text, Terminator terminator) {
  if (terminator == Terminator::nul) {
    const auto first = text.find_first_not_of("\r\n");
    return first == std::string_view::npos ? std::string_view() : text.substr(first);
  }
  if (terminator == Terminator::newline && text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::expected<std::vector<std::string>, Failure> FrameSplitter::feed(std::string_view message) {
  if (terminator_ == Terminator::none) return std::vector{std::string(message)};
  std::vector<std::string> whole;
  for (std::size_t end; (end = message.find(character(terminator_))) != std::string_view::npos;) {
    rest_ += message.substr(0, end);
    message.remove_prefix(end + 1);
    if (const auto text = without_line_ends(rest_, terminator_); !text.empty()) whole.emplace_back(text);
    rest_.clear();
    if (whole.size() > most_messages)
      return std::unexpected(
          Failure{Reason::too_large, "more than " + std::to_string(most_messages) + " messages in one"});
  }
  rest_ += message;
  if (without_line_ends(rest_, terminator_).empty()) rest_.clear();
  if (rest_.size() > most_bytes)
    return std::unexpected(
        Failure{Reason::too_large,
                "a message over the cap of " + std::to_string(most_bytes) + " bytes, without its end"});
  return whole;
}

std::string framed(std::string message, Terminator terminator) {
  const bool heartbeat = message.find_first_not_of("\r\n") == std::string::npos;
  if (terminator != Terminator::none && !heartbeat) message += character(terminator);
  return message;
}

}  // namespace answerback::probes
