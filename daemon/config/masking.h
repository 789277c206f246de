#pragma once
// How values are named in messages and in the printed configuration without giving secrets or the terminal
// away.

#include <string>
#include <string_view>
#include <vector>

namespace answerback::config {

inline constexpr std::string_view secret_mark = "<secret>";

std::string printable(std::string_view);  // control characters as \x1b
std::string quote(std::string_view);      // in quotes, printable, shortened, userinfo masked

// scheme://user:password@host becomes scheme://<secret>@host, wherever one stands in the text.
std::string mask_userinfo(std::string_view);

// The passwords of such userinfo, and of password=… as in a DSN, as they stand there.
std::vector<std::string> passwords_in(std::string_view);

// Every occurrence of `value` replaced. Values too short to be secrets are left: they would make any sentence
// unreadable.
std::string redact(std::string message, std::string_view value);

// Whether a key's name alone says that its value must not be seen: password, api_key, Authorization, …
bool names_a_secret(std::string_view key);

}  // namespace answerback::config
