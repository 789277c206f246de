#pragma once
// Where to listen, as written: "0.0.0.0:9797", "[::1]:9797", "localhost:9797", ":9797" (every address, both
// families). Port 0 is one that is free.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace answerback {

struct ListenAddress {
  std::string host;  // empty: every address; without the brackets
  std::uint16_t port = 0;
  bool operator==(const ListenAddress&) const = default;
};

// Or what is wrong with it: "the host holds a space (like 0.0.0.0:9797, [::1]:9797 or :9797)". Whether it can
// be bound is found out when it is.
std::expected<ListenAddress, std::string> parse_listen(std::string_view);

}  // namespace answerback
