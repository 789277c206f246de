#pragma once
// The status page for people with a browser: plain HTML, made here, without scripts.

#include "http/context.h"
#include "http/message.h"

namespace answerback::http {

Response page(const Context&);
Response stylesheet();

std::string html(std::string_view text);  // escaped for element content and quoted attributes

}  // namespace answerback::http
