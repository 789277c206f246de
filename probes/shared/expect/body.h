#pragma once
// A body in a few words. Told apart above all: the HTML page of something in between (a sign-in page, a load
// balancer's error) and the answer that was due.

#include <string>
#include <string_view>

namespace answerback::probes {

// One printable line: `an empty body`, `an HTML page "Sign in" with a password field`, or the first 120
// bytes, white space squeezed.
std::string describe_body(std::string_view body);

bool looks_like_html(std::string_view body);

}  // namespace answerback::probes
