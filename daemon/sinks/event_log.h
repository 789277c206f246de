#pragma once
// What happened, as lines on stderr. Lines are queued and written by a thread of their own: when nobody reads
// the other end, the oldest are dropped and counted, and the count is logged once there is room again. Any
// thread may call it.
//
// Levels: runs are debug; going well again and lifecycle info; going bad warn; what we could not do error.

#include <unistd.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "sinks/log_line.h"
#include "sinks/sink.h"

namespace answerback::sinks {

enum class LogLevel : std::uint8_t { debug, info, warn, error };

std::optional<LogLevel> log_level_named(std::string_view);    // "debug", "info", "warn", "error"
std::optional<LogFormat> log_format_named(std::string_view);  // "logfmt", "json"

class EventLog final : public Sink {
 public:
  struct Options {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::logfmt;
    int fd = STDERR_FILENO;  // not closed by us
    std::size_t queue = 1024;
    std::function<Wall()> now = std::chrono::system_clock::now;  // for log(); events carry their own time
  };
  explicit EventLog(Options);
  ~EventLog() override;  // writes what is queued, unless the other end is blocked: then gives up within 0.3 s

  void on(const Event&) override;

  using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;
  void log(LogLevel, std::string_view message, Fields = {});

  std::uint64_t dropped() const;  // lines lost since the start

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace answerback::sinks
