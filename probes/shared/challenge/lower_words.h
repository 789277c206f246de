#pragma once
// The words of a text, letter by letter, in lower case: all else stands between them. Pure.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace answerback::probes {

std::vector<std::string> words_of(std::string_view text);
std::string spaced(std::span<const std::string> words);  // " it is three ": a space around each

}  // namespace answerback::probes
