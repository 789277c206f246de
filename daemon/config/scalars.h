#pragma once
// One scalar read as what a key wants, or what is wrong with it; messages hold no value that was filled in.

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "config/yaml_tree.h"
#include "model/time.h"

namespace answerback::config {

template <class T>
using Parsed = std::expected<T, std::string>;

Parsed<std::int64_t> read_integer(const Node&, std::int64_t least, std::int64_t most);
Parsed<double> read_number(const Node&, double least, double most);
Parsed<Duration> read_duration(const Node&);               // more than zero
Parsed<bool> read_flag(const Node&);                       // true and false only
std::optional<std::string> read_base64(std::string_view);  // RFC 4648, padded; white space counts for nothing

}  // namespace answerback::config
