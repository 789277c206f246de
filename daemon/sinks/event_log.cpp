#include "sinks/event_log.h"

#include <poll.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <string>

namespace answerback::sinks {
namespace {

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warn", "error"};

constexpr std::string_view name(LogLevel level) { return level_names[static_cast<std::size_t>(level)]; }

LogLevel level_of(Health health) { return health == Health::up ? LogLevel::info : LogLevel::warn; }

// Writes to a descriptor that may be blocked for ever. A pipe that polls writable has room for PIPE_BUF
// bytes, so a write of no more does not block; the descriptor itself stays blocking, because it is shared
// with other programs.
class Writer final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  using Gap = std::function<std::string(std::uint64_t lost)>;  // what is to be said of lines that were lost
  Writer(int fd, Gap gap) : fd_(fd), gap_(std::move(gap)) {}
  void hurry() { hurry_ = true; }
  std::uint64_t lost() const { return lost_; }  // any thread

 private:
  static constexpr std::size_t chunk = 4096;  // PIPE_BUF
  static constexpr int look_again_ms = 50;    // how soon a blocked writer notices hurry()
  static constexpr int patience = 5;          // such looks until a hurried writer gives up for good

  void sink_it_(const spdlog::details::log_msg& message) override {
    if (!write(std::string(message.payload.begin(), message.payload.end()) + '\n')) {
      ++lost_;  // told once the disk takes lines again
    } else if (std::string line = gap_(lost_); !line.empty()) {
      write(line + '\n');
    }
  }
  void flush_() override {}

  // A line of which only a part could be written is ended before the next begins.
  bool write(std::string text) {
    if (torn_) text.insert(0, 1, '\n');
    std::string_view rest = text;
    while (!rest.empty() && wait_for_room()) {
      const ssize_t n = ::write(fd_, rest.data(), std::min(rest.size(), chunk));
      if (n < 0 && errno != EINTR && errno != EAGAIN) break;
      if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
    }
    if (rest.size() < text.size()) torn_ = !rest.empty() && rest.size() + (torn_ ? 1 : 0) < text.size();
    return rest.empty();
  }

  bool wait_for_room() {
    while (!hurry_ || looks_left_ > 0) {
      pollfd one{.fd = fd_, .events = POLLOUT, .revents = 0};
      if (::poll(&one, 1, look_again_ms) > 0) return true;
      if (hurry_) --looks_left_;
    }
    return false;
  }

  int fd_;
  int looks_left_ = patience;
  Gap gap_;
  std::atomic<std::uint64_t> lost_ = 0;
  bool torn_ = false;
  std::atomic<bool> hurry_ = false;
};

void block_signals() {  // they are for the main thread, and a reader that goes away is an error of write()
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

template <class Names>
std::string joined(const Names& names) {
  std::string out;
  for (const auto& each : names) out.append(out.empty() ? "" : ",").append(each);
  return out;
}

}  // namespace

std::optional<LogLevel> log_level_named(std::string_view text) {
  const auto found = std::ranges::find(level_names, text);
  if (found == level_names.end()) return std::nullopt;
  return static_cast<LogLevel>(found - level_names.begin());
}

std::optional<LogFormat> log_format_named(std::string_view text) {
  if (text == "logfmt") return LogFormat::logfmt;
  if (text == "json") return LogFormat::json;
  return std::nullopt;
}

struct EventLog::Impl {
  explicit Impl(Options o)
      : options(std::move(o)),
        pool(std::make_shared<spdlog::details::thread_pool>(options.queue, 1, block_signals)),
        queue(pool.get()),
        writer(std::make_shared<Writer>(options.fd, [this](std::uint64_t lost) { return gap(lost); })),
        logger(std::make_shared<spdlog::async_logger>("", writer, pool,
                                                      spdlog::async_overflow_policy::overrun_oldest)) {
    logger->set_level(spdlog::level::trace);  // levels are judged here, before a line is made
  }

  ~Impl() {
    writer->hurry();
    pool.reset();  // runs the queue dry and joins
  }

  bool wants(LogLevel level) const { return level >= options.level; }
  LogLine line(LogLevel level, Wall at, std::string_view message) const {
    return LogLine(options.format, at, name(level), message);
  }
  void post(LogLine line) { logger->log(spdlog::level::info, spdlog::string_view_t(std::move(line).take())); }

  // Asked on the log's thread.
  std::string gap(std::uint64_t lost) {
    const std::uint64_t now = queue->overrun_counter() + lost;
    if (now == told) return {};
    LogLine line = this->line(LogLevel::warn, options.now(),
                              lost == lost_told ? "log lines dropped: nobody reads them fast enough"
                                                : "log lines dropped: they could not be written");
    line.field("count", now - told);
    told = now;
    lost_told = lost;
    return std::move(line).take();
  }

  void write(const RunFinished&);
  void write(const Transition&);
  void write(const IncidentOpened&);
  void write(const IncidentClosed&);
  void write(const OutputChanged&);
  void write(const LookingChanged&);
  void write(const Reloaded&);
  void write(const Lifecycle&);

  Options options;
  std::uint64_t told = 0, lost_told = 0;  // of the dropped; the log's thread only
  std::shared_ptr<spdlog::details::thread_pool> pool;
  spdlog::details::thread_pool* const queue;  // the same, still there while `pool` is being reset
  std::shared_ptr<Writer> writer;
  std::shared_ptr<spdlog::async_logger> logger;
};

void EventLog::Impl::write(const RunFinished& event) {
  if (!wants(LogLevel::debug)) return;
  const RunRecord& run = *event.run;
  LogLine out = line(LogLevel::debug, run.began + std::chrono::duration_cast<Wall::duration>(run.took()),
                     "run finished");
  out.field("probe", event.plan->probes[run.probe].name).field("verdict", name(run.result.verdict));
  if (run.result.reason != Reason::none) out.field("reason", name(run.result.reason));
  out.field("phase", name(run.phase)).field("duration", run.took()).field("trace", trace_id(run.id));
  if (!run.result.detail.empty()) out.field("detail", run.result.detail);
  post(std::move(out));
}

void EventLog::Impl::write(const Transition& event) {
  const LogLevel level = level_of(event.change.to);
  if (!wants(level)) return;
  LogLine out = line(level, event.at, "probe is " + std::string(name(event.change.to)));
  out.field("probe", event.probe).field("from", name(event.change.from)).field("to", name(event.change.to));
  if (event.run && event.run->result.reason != Reason::none) {
    out.field("reason", name(event.run->result.reason)).field("phase", name(event.run->phase));
  }
  if (event.run) out.field("trace", trace_id(event.run->id));
  if (event.run && !event.run->result.detail.empty()) out.field("detail", event.run->result.detail);
  if (!event.causes.empty()) out.field("causes", joined(event.causes));
  post(std::move(out));
}

void EventLog::Impl::write(const IncidentOpened& event) {
  if (!wants(LogLevel::warn)) return;
  const Incident& incident = event.incident;
  LogLine out = line(LogLevel::warn, incident.since, "incident opened");
  out.field("incident", incident.id).field("probe", incident.probe).field("reason", name(incident.reason));
  out.field("cause", incident.cause).field("output", incident.output);
  post(std::move(out));
}

void EventLog::Impl::write(const IncidentClosed& event) {
  if (!wants(LogLevel::info)) return;
  const Incident& incident = event.incident;
  const Wall ended = incident.ended.value_or(incident.since);
  LogLine out = line(LogLevel::info, ended, "incident closed");
  out.field("incident", incident.id).field("probe", incident.probe).field("reason", name(incident.reason));
  out.field("duration", Duration(ended - incident.since));
  post(std::move(out));
}

void EventLog::Impl::write(const OutputChanged& event) {
  const LogLevel level = event.to == Status::pass ? LogLevel::info : LogLevel::warn;
  if (!wants(level)) return;
  LogLine out = line(level, event.at, "status is " + std::string(name(event.to)));
  if (event.from != event.to) out.field("from", name(event.from));  // else it is the causes that changed
  out.field("to", name(event.to));
  if (!event.output.empty()) out.field("output", event.output);
  post(std::move(out));
}

void EventLog::Impl::write(const LookingChanged& event) {
  const LogLevel level = event.looking ? LogLevel::info : LogLevel::warn;
  if (!wants(level)) return;
  LogLine out =
      line(level, event.at, event.looking ? "looking again" : "not looking: results are not judged");
  if (!event.why.empty()) out.field("why", event.why);
  post(std::move(out));
}

void EventLog::Impl::write(const Reloaded& event) {
  const bool good = event.reload.successful;
  const LogLevel level = good ? LogLevel::info : LogLevel::error;
  if (!wants(level)) return;
  LogLine out = line(level, event.reload.at,
                     good ? "configuration reloaded" : "configuration refused, the old one stays");
  out.field("probes", event.probes);
  if (!good) out.field("error", event.reload.error);
  post(std::move(out));
}

void EventLog::Impl::write(const Lifecycle& event) {
  if (wants(LogLevel::info)) post(line(LogLevel::info, event.at, event.what));
}

EventLog::EventLog(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
EventLog::~EventLog() = default;

void EventLog::on(const Event& event) {
  std::visit([this](const auto& each) { impl_->write(each); }, event);
}

void EventLog::log(LogLevel level, std::string_view message, Fields fields) {
  if (!impl_->wants(level)) return;
  LogLine out = impl_->line(level, impl_->options.now(), message);
  for (const auto& [key, value] : fields) out.field(key, value);
  impl_->post(std::move(out));
}

std::uint64_t EventLog::dropped() const { return impl_->queue->overrun_counter() + impl_->writer->lost(); }

}  // namespace answerback::sinks
