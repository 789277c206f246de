#pragma once
// Words of others in Markdown (CommonMark, as GitHub and chats read it): whatever they hold, they stay where
// they are put and show as what they are: no markup, HTML, link, mention, second line or way out of a fence.
// Pure.

#include <string>
#include <string_view>

namespace answerback::http {

std::string plain(std::string_view text,
                  std::size_t most = 1000);  // for running text, list items, table cells
std::string code(std::string_view text, std::size_t most = 1000);  // a code span; not for table cells
std::string fenced(std::string_view text);  // a code block with its fences, each line of it printable

}  // namespace answerback::http
