#pragma once
// What the platform can do with words: put those of a question in order, or look up a note of the user.

#include <optional>
#include <string>
#include <string_view>

namespace demo {

// "… backwards …: a, b, c." gives "c, b, a", "… alphabet …: c, a, b." gives "a, b, c". nullopt: asks neither.
std::optional<std::string> put_in_order(std::string_view question);

// "What does my note called shopping say?" gives "shopping". nullopt: asks for none.
std::optional<std::string> note_asked_for(std::string_view question);

}  // namespace demo
