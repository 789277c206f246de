#include "app.h"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <iostream>
#include <mutex>

#include "access/door.h"
#include "admin.h"
#include "config_watch.h"
#include "engine/engine.h"
#include "hardening.h"
#include "http/guard.h"
#include "http/kept.h"
#include "http/prefix.h"
#include "http/routes.h"
#include "http/server.h"
#include "in_use.h"
#include "loaded.h"
#include "model/text.h"
#include "notify/notifier.h"
#include "on_demand.h"
#include "plumbing.h"
#include "silencing.h"
#include "sinks/board.h"
#include "sinks/event_log.h"
#include "sinks/event_ring.h"
#include "sinks/history.h"
#include "supervisor.h"
#include "watchdog.h"

namespace answerback {

namespace {

// Of the 5 s a stop may take, the probes have 3.
constexpr Duration history_limit = std::chrono::milliseconds(1500);

// The supervisor is told of a reload for as long as it takes, however it ends.
class Reloading {
 public:
  Reloading(const Supervisor& supervisor, Steady now) : supervisor_(supervisor) { supervisor.reloading(now); }
  ~Reloading() { supervisor_.ready(); }
  Reloading(const Reloading&) = delete;
  Reloading& operator=(const Reloading&) = delete;

 private:
  const Supervisor& supervisor_;
};

class Daemon {
 public:
  explicit Daemon(const cli::Options& options)
      : options_(options),
        plumbing_(loop_),
        log_(std::in_place, sinks::EventLog::Options{.level = *sinks::log_level_named(options.log_level),
                                                     .format = *sinks::log_format_named(options.log_format)}),
        history_(board_, *log_,
                 {.redact = [this](std::string text) { return in_use_.redacted(std::move(text)); }}),
        events_(plumbing_.clock.wall()),
        engine_(loop_.get_executor(), plumbing_.clock, plumbing_.random, {&*log_, &history_, &events_},
                board_) {}

  int run() {
    if (const auto begun = begin(); !begun) {
      std::cerr << begun.error();
      return 1;
    }
    admin_->serve();
    const Watchdog watchdog(board_, supervisor_);
    supervisor_.ready();

    try {
      loop_.run();  // until stop() has drained the engine
    } catch (const std::exception& bug) {
      leave(1, bug.what());
    }

    server_->stop();
    admin_->stop();
    notifier_.stop();
    if (!history_.stop(history_limit)) leave(0, "the disk did not take the rest of the history in time");
    log_->log(sinks::LogLevel::info, "stopped", {});
    return 0;
  }

 private:
  // --- before the loop runs: the first thing that is wrong ends the program ---

  using Done = std::expected<void, std::string>;

  Done begin() {
    watch_.after_load({options_.config_file});
    auto first = load(options_, plumbing_.services);
    if (!first) return std::unexpected(first.error());
    watch_.after_load(first->files);
    in_use_.keep(first->effective, first->redactor);
    auto before = remember(first->state_dir);
    if (!before) return std::unexpected(before.error());
    use(std::move(first->others));
    // Before anybody can see that we are there, and signal us.
    admin_.emplace(
        Admin::Calls{.reload = [this] { (void)reload(); },
                     .stop = [this] { stop(); },
                     .tell = [this] { tell_how_things_stand(); },
                     .look = options_.watch ? std::function<void()>([this] { look_at_files(); }) : nullptr});
    listen_ = options_.listen.empty() ? first->listen : options_.listen;
    if (auto opened = open_port(listen_); !opened) return opened;
    log_->log(sinks::LogLevel::info, "watching",
              {{"service", first->plan->service},
               {"probes", std::to_string(first->probes.size())},
               {"config", options_.config_file}});
    for (const std::string& warning : plumbing_.proxies.warnings()) {
      log_->log(sinks::LogLevel::warn, "proxy setting ignored", {{"why", warning}});
    }
    plumbing_.credentials.use(first->credentials, first->redactor);
    silencing_.restore();
    engine_.start(first->plan, std::move(first->probes), *std::move(before));
    tell(std::move(first->alerts));
    return {};
  }

  // What an earlier life left; from now on this one is written down.
  std::expected<Restored, std::string> remember(const std::string& state_dir) {
    state_dir_ = state_dir;
    auto before = history_.start(state_dir_);
    if (!before) return std::unexpected("answerback: state_dir: " + before.error() + '\n');
    plumbing_.store =
        MemoryStore(std::move(before->values),
                    [this](std::string_view key, const std::string& value) { history_.put(key, value); });
    plumbing_.store.put(instance_key, instance_);
    return std::move(before->restored);
  }

  Done open_port(const std::string& listen) {
    auto prefix = http::route_prefix(options_.external_url, options_.route_prefix);
    if (!prefix) return std::unexpected("answerback: " + prefix.error() + '\n');
    prefix_ = *std::move(prefix);
    if (auto opened = door_.open(); !opened) return opened;
    for (const std::string& note : door_.settings()->notes) {
      log_->log(sinks::LogLevel::warn, "web config", {{"note", note}});
    }
    server_.emplace([this](const http::Request& request) { return answer(request); }, http::Limits{},
                    http::guard_of(door_, prefix_));
    const auto address = parse_listen(listen);
    if (!address) return std::unexpected("answerback: listen: \"" + listen + "\": " + address.error() + '\n');
    const auto port = server_->start(*address);
    if (!port) return std::unexpected("answerback: listen: " + port.error() + '\n');
    log_->log(sinks::LogLevel::info, "listening", {{"address", listen}, {"port", std::to_string(*port)}});
    return {};
  }

  // --- on the admin thread: whatever may block and must not hold the loop ---

  void look_at_files() {
    std::unique_lock one_at_a_time(reloading_);
    const bool changed = watch_.changed();
    one_at_a_time.unlock();
    if (changed && reload()) log_->log(sinks::LogLevel::info, "a file of the configuration has changed", {});
  }

  // Loads anew; a broken file changes nothing and is the returned error. Also called by the port's thread.
  Done reload() {
    const std::lock_guard one_at_a_time(reloading_);
    const Reloading telling(supervisor_, plumbing_.clock.now());
    watch_.before_load();
    auto next = load(options_, plumbing_.services);
    watch_.after_load(next ? next->files : ConfigWatch::Paths());
    if (!next) {
      boost::asio::post(loop_, [this, why = headlines(next.error())] { engine_.reload_failed(why); });
      return std::unexpected(next.error());
    }
    notify::Settings alerts = std::move(next->alerts);
    blackbox::Settings others = std::move(next->others);
    in_use_.keep(next->effective, next->redactor);
    if (next->state_dir != state_dir_) {
      log_->log(sinks::LogLevel::warn, "state_dir changes with a restart only", {{"in_use", state_dir_}});
    }
    if (options_.listen.empty() && next->listen != listen_) {
      log_->log(sinks::LogLevel::warn, "listen changes with a restart only", {{"in_use", listen_}});
    }
    const auto replaced = std::make_shared<std::promise<void>>();
    auto done = replaced->get_future();
    boost::asio::post(loop_, [this, replaced, next = *std::move(next)]() mutable {
      plumbing_.credentials.use(next.credentials, next.redactor);
      engine_.replace(next.plan, std::move(next.probes));
      replaced->set_value();
    });
    while (done.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready) {
      if (stopping_) return std::unexpected("the daemon is stopping");
    }
    tell(std::move(alerts));
    use(std::move(others));
    return {};
  }

  void tell_how_things_stand() {
    const auto snapshot = board_.read();
    if (!snapshot)
      return log_->log(sinks::LogLevel::info, "asked how things stand", {{"status", "starting"}});
    const Assessment& now = *snapshot->assessment;
    const auto up = std::ranges::count(snapshot->probes, Health::up,
                                       [](const auto& probe) { return probe->state.health; });
    log_->log(sinks::LogLevel::info, "asked how things stand",
              {{"status", name(now.status)},
               {"ready", now.readiness.ready ? "yes" : "no"},
               {"up", std::to_string(up)},
               {"probes", std::to_string(snapshot->probes.size())},
               {"output", now.output}});
  }

  void stop() {
    stopping_ = true;
    supervisor_.stopping();
    boost::asio::post(loop_, [this] {
      drain_limit_ = plumbing_.clock.alarm([this] { leave(0, "a probe did not end when it was told to"); });
      drain_limit_->set(plumbing_.clock.now() + std::chrono::seconds(3));
      engine_.stop();
      on_demand_.stop();
      boost::asio::co_spawn(loop_, drained(), [this](const std::exception_ptr&) { loop_.stop(); });
    });
  }

  asio::awaitable<void> drained() {
    co_await engine_.drain();
    co_await on_demand_.drain();
  }

  void use(blackbox::Settings settings) {
    for (const std::string& each : settings.lacking)
      log_->log(sinks::LogLevel::warn, "blackbox module left out", {{"why", each}});
    on_demand_.use(std::move(settings));
  }

  // The way out when a coroutine of ours cannot be ended: taking the loop apart under it would not be safe.
  [[noreturn]] void leave(int code, std::string_view why) {
    log_->log(sinks::LogLevel::error, "ending at once", {{"why", why}});
    (void)history_.stop(history_limit);
    log_.reset();  // writes what is queued
    std::_Exit(code);
  }

  // --- on the port's thread ---

  http::Response answer(const http::Request& request) {
    const auto web = door_.settings();
    PortTally port = door_.tally();
    port.connections = server_->connections();
    const http::Context context{
        .snapshot = board_.read(),
        .chronicle = history_.chronicle(),
        .beat_age = plumbing_.clock.now() - board_.last_beat(),
        .version = ANSWERBACK_VERSION,
        .instance = instance_,
        .actions = actions_,
        .stopping = stopping_,
        .now = plumbing_.clock.wall(),
        .events = &events_,
        .notifications = board_.notifications(),
        .port = &port,
        .headers = &web->headers,
        .prefix = prefix_,
        .kept = &kept_,
    };
    http::Response response = http::handle(request, context);
    if (response.status == 401 || response.status == 429) door_.count_refused(request.standing);
    return response;
  }

  void told_of_web_config(bool taken, const std::string& why) {
    if (taken) {
      log_->log(sinks::LogLevel::info, "web config file changed, and is in use", {});
    } else {
      log_->log(sinks::LogLevel::error, "web config file refused, what it said before stays",
                {{"error", headlines(why)}});
    }
  }

  void tell(notify::Settings alerts) {
    if (alerts.external_url.empty()) alerts.external_url = options_.external_url;
    while (alerts.external_url.ends_with('/')) alerts.external_url.pop_back();
    notifier_.use(std::move(alerts));
  }

  void remark(const notify::Remark& each) {
    log_->log(each.trouble ? sinks::LogLevel::warn : sinks::LogLevel::info, each.message,
              {{"target", each.target}, {"why", each.why}});
  }

  std::array<std::uint8_t, 16> drawn() {
    std::array<std::uint8_t, 16> bytes{};
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(plumbing_.random.below(256));
    return bytes;
  }

  const cli::Options options_;
  // First: coroutines and timers of the others end before it. Sockets are this thread's alone, posts
  // anybody's.
  boost::asio::io_context loop_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  InUse in_use_;  // before the history, whose thread asks it
  Plumbing plumbing_;
  sinks::Board board_;
  std::optional<sinks::EventLog> log_;
  sinks::History history_;
  sinks::EventRing events_;
  engine::Engine engine_;
  Silencing silencing_{loop_, engine_, plumbing_.clock, plumbing_.store, *log_};
  OnDemand on_demand_{loop_, plumbing_.clock, plumbing_.random, plumbing_.services};
  notify::Notifier notifier_{board_, plumbing_.proxies, [this](const notify::Remark& r) { remark(r); }};
  const Supervisor supervisor_{environment};
  const http::Actions actions_{
      .reload = [this] { return reload(); },
      .effective_config = [this] { return in_use_.effective(); },
      .silence = [this](Silence wanted) { return silencing_.add(std::move(wanted)); },
      .unsilence = [this](std::string id) { return silencing_.remove(std::move(id)); },
      .look = [this](const http::Request& r) { return on_demand_.answer(r); }};
  http::Kept kept_;  // the port's thread alone
  access::Door door_{options_.web_config_file,
                     [this](bool taken, const std::string& why) { told_of_web_config(taken, why); }};
  std::unique_ptr<Alarm> drain_limit_;
  std::mutex reloading_;
  ConfigWatch watch_;  // under reloading_
  const std::string instance_ = trace_id({.trace = drawn(), .span = {}});
  std::string prefix_;              // of all routes; set before the port opens
  std::string state_dir_, listen_;  // in use
  std::atomic<bool> stopping_ = false;
  std::optional<Admin> admin_;          // last, as its thread
  std::optional<http::Server> server_;  // and this one's ask all of the above
};

}  // namespace

int run_daemon(const cli::Options& options) {
  harden();
  return Daemon(options).run();
}

}  // namespace answerback
