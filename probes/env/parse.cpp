#include "probes/env/env.h"

namespace answerback::probes {
namespace {

constexpr std::string_view env_blank = " \t\r";

std::string_view trimmed_env(std::string_view text) {
  const auto first = text.find_first_not_of(env_blank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(env_blank) - first + 1);
}

// What a shell and dotenv agree on: '…' as it stands, "…" with \n \" \\ \$, else up to a comment.
std::string unquoted_env(std::string_view text) {
  if (text.size() < 2 || (text.front() != '"' && text.front() != '\''))
    return std::string(trimmed_env(text.substr(0, text.find(" #"))));
  const char quote = text.front();
  std::string value;
  for (std::size_t i = 1; i < text.size() && text[i] != quote; ++i) {
    const bool escaped = quote == '"' && text[i] == '\\' && i + 1 < text.size();
    if (escaped) ++i;
    value += escaped && text[i] == 'n' ? '\n' : text[i];
  }
  return value;
}

}  // namespace

EnvValues parse_env(std::string_view text) {
  const bool of_process = text.contains('\0');
  EnvValues values;
  while (!text.empty()) {
    const auto end = std::min(text.find(of_process ? '\0' : '\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    if (!of_process) {
      line = trimmed_env(line);
      if (line.starts_with('#')) continue;
      if (line.starts_with("export ")) line = trimmed_env(line.substr(7));
    }
    const auto sign = line.find('=');
    if (sign == line.npos || sign == 0) continue;
    const std::string_view name = line.substr(0, sign), value = line.substr(sign + 1);
    if (of_process)
      values.insert_or_assign(std::string(name), std::string(value));
    else
      values.insert_or_assign(std::string(trimmed_env(name)), unquoted_env(trimmed_env(value)));
  }
  return values;
}

}  // namespace answerback::probes
