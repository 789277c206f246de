#pragma once
// The files of the page (daemon/http/page), as cmake/embed.cmake put them into the program.

#include <span>
#include <string_view>

namespace answerback::http {

struct Asset {
  std::string_view name;  // "main.js"
  std::string_view etag;  // of its content, in quotes
  std::string_view text;
};

std::span<const Asset> page_assets();

}  // namespace answerback::http
