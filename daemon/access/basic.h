#pragma once
// RFC 7617: "Authorization: Basic " and base64 of user:password.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace answerback::access {

std::optional<std::pair<std::string, std::string>> parse_basic(std::string_view authorization);

}  // namespace answerback::access
