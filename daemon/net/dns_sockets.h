#pragma once
// The sockets of a c-ares channel, made by ourselves to read along: c-ares tells nobody that an answer was
// cut short (RFC 1035 4.1.1: TC).

#include <ares.h>

#include <functional>
#include <string_view>

namespace answerback::net {

using AnswerCut = std::function<void(std::string_view name)>;  // as it was asked, without the last dot

// Sockets as c-ares makes them, with a receive buffer that holds the answers to many questions asked at once;
// `cut` is called before c-ares sees the answer, and outlives the channel.
void read_along(ares_channel, AnswerCut& cut);

}  // namespace answerback::net
