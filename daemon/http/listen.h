#pragma once
// Where to listen, as written: "0.0.0.0:9797", "[::1]:9797", "localhost:9797", ":9797" (every address, both
// families).

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace answerback::http {

struct ListenAddress {
  std::string host;  // empty: every address; without the brackets
  std::uint16_t port = 0;
  bool operator==(const ListenAddress&) const = default;
};

std::expected<ListenAddress, std::string> parse_listen(std::string_view);

}  // namespace answerback::http
