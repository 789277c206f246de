#pragma once
// What a client wants less of. Lists are made for people and programs alike; whoever reads them every second
// leaves out what is long.

#include <optional>
#include <string_view>

#include "http/message.h"

namespace answerback::http {

bool left_out(const Request&,
              std::string_view word);  // ?without=evidence,strip; words nobody knows are ignored

std::optional<std::size_t> at_most(const Request&, std::string_view key);  // ?ended=10; nothing for no number

}  // namespace answerback::http
