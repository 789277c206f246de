#pragma once
// Text for HTML, and a template filled with it. Pure.

#include <functional>
#include <string>
#include <string_view>

namespace answerback::http {

// One printable line, cut at a length nobody reads beyond, escaped for element content and quoted attributes.
std::string html(std::string_view text);

// The text with each {{name}} replaced by what `value` gives for it, which is not looked at again.
std::string filled(std::string_view text, const std::function<std::string(std::string_view name)>& value);

}  // namespace answerback::http
