#include "sinks/log_line.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "model/text.h"

namespace answerback::sinks {
namespace {

constexpr std::size_t value_cap = 4096;  // bytes of one text

// A JSON string; logfmt readers take the same form.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : one_line(text, value_cap)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

bool is_bare(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-.:/,+@%").contains(c);
}

// Like iso_time(), with milliseconds: lines of one second keep their order where logs are merged.
std::string utc(Wall at) {
  const auto fraction = at - std::chrono::floor<std::chrono::seconds>(at);
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(fraction).count();
  std::string text = iso_time(at);
  text.back() = '.';
  return text + std::to_string(1000 + ms).substr(1) + "Z";
}

}  // namespace

LogLine::LogLine(LogFormat format, Wall at, std::string_view level, std::string_view message)
    : format_(format) {
  line_.reserve(256);
  if (format_ == LogFormat::json) line_ += '{';
  field("ts", utc(at)).field("level", level).field("msg", message);
}

LogLine& LogLine::field(std::string_view name, std::string_view value) {
  key(name);
  const bool bare = format_ == LogFormat::logfmt && !value.empty() && value.size() <= value_cap &&
                    std::ranges::all_of(value, is_bare);
  if (bare) {
    line_ += value;
  } else {
    append_quoted(line_, value);
  }
  return *this;
}

LogLine& LogLine::field(std::string_view name, std::uint64_t value) {
  raw(name, std::to_string(value));
  return *this;
}

LogLine& LogLine::field(std::string_view name, Duration value) {
  char text[32];
  const auto end =
      std::to_chars(std::begin(text), std::end(text), seconds(value), std::chars_format::fixed, 6);
  raw(name, std::string_view(text, end.ptr));
  return *this;
}

std::string LogLine::take() && {
  if (format_ == LogFormat::json) line_ += '}';
  return std::move(line_);
}

void LogLine::key(std::string_view name) {
  const bool json = format_ == LogFormat::json;
  if (line_.size() > (json ? 1 : 0)) line_ += json ? ',' : ' ';
  if (json) line_ += '"';
  line_ += name;
  line_ += json ? "\":" : "=";
}

void LogLine::raw(std::string_view name, std::string_view value) {
  key(name);
  line_ += value;
}

}  // namespace answerback::sinks
