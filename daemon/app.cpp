#include "app.h"

#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <filesystem>
#include <future>
#include <iostream>
#include <mutex>
#include <thread>

#include "access/door.h"
#include "blackbox/settings.h"
#include "cli/check.h"
#include "cli/make_probes.h"
#include "cli/probe.h"
#include "cli/share.h"
#include "cli/types.h"
#include "config/config.h"
#include "config_watch.h"
#include "engine/engine.h"
#include "hardening.h"
#include "http/guard.h"
#include "http/prefix.h"
#include "http/routes.h"
#include "http/server.h"
#include "http/silences_json.h"
#include "model/redactor.h"
#include "model/text.h"
#include "notify/notifier.h"
#include "on_demand.h"
#include "plumbing.h"
#include "probe/registry.h"
#include "probes/all.h"
#include "sinks/board.h"
#include "sinks/event_log.h"
#include "sinks/event_ring.h"
#include "sinks/history.h"
#include "supervisor.h"
#include "watchdog.h"

namespace answerback {

namespace {

// A configuration with its probes, ready to run; or everything that is wrong with it.
struct Loaded {
  std::shared_ptr<const Plan> plan;
  std::vector<std::shared_ptr<Probe>> probes;
  std::shared_ptr<const CredentialSet> credentials;
  notify::Settings alerts;
  blackbox::Settings others;  // what they may have looked at
  std::string listen, effective, state_dir;
  std::shared_ptr<Redactor> redactor;
  ConfigWatch::Paths files;
};

std::expected<Loaded, std::string> load(const cli::Options& options, Services& services) {
  const auto shard = cli::shard_option(options.shard);
  if (!shard) return std::unexpected(shard.error());
  const Registry registry(probes::all());
  config::Diagnostics diagnostics;
  config::Config config = config::load(options.config_file, environment, registry.names(), diagnostics);
  auto made = cli::make_probes(config, registry, services, diagnostics);
  auto alerts = notify::read_settings(config.alerts, config.state_dir);
  auto others = blackbox::read_settings(config.blackbox, std::filesystem::path(config.source).parent_path());
  if (!diagnostics.ok()) return std::unexpected(diagnostics.text());
  std::string effective = config.print();
  if (*shard) {
    effective.insert(0, cli::share_line(config.plan, **shard));
    cli::take_share(config.plan, made.probes, **shard);
  }
  return Loaded{std::make_shared<const Plan>(config.plan),
                std::move(made.probes),
                made.credentials,
                std::move(alerts),
                std::move(others),
                config.listen,
                std::move(effective),
                config.state_dir,
                made.redactor,
                config.files};
}

// Of the 5 s a stop may take, the probes have 3.
constexpr Duration history_limit = std::chrono::milliseconds(1500);
constexpr Duration watch_every = std::chrono::seconds(1);
constexpr std::string_view silences_key = "answerback/silences";  // those asked for, in the store

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
        history_(board_, *log_, {.redact = [this](std::string text) { return redacted(std::move(text)); }}),
        events_(plumbing_.clock.wall()),
        engine_(loop_.get_executor(), plumbing_.clock, plumbing_.random, {&*log_, &history_, &events_},
                board_) {}

  int run() {
    watch_.after_load({options_.config_file});
    auto first = load(options_, plumbing_.services);
    if (!first) {
      std::cerr << first.error();
      return 1;
    }
    auto prefix = http::route_prefix(options_.external_url, options_.route_prefix);
    if (!prefix) {
      std::cerr << "answerback: " << prefix.error() << '\n';
      return 1;
    }
    prefix_ = *std::move(prefix);
    watch_.after_load(first->files);
    keep_effective(first->effective, first->redactor);
    if (const auto opened = door_.open(); !opened) {
      std::cerr << opened.error();
      return 1;
    }
    for (const std::string& note : door_.settings()->notes) {
      log_->log(sinks::LogLevel::warn, "web config", {{"note", note}});
    }
    state_dir_ = first->state_dir;
    auto before = history_.start(state_dir_);
    if (!before) {
      std::cerr << "answerback: state_dir: " << before.error() << '\n';
      return 1;
    }
    plumbing_.store =
        MemoryStore(std::move(before->values),
                    [this](std::string_view key, const std::string& value) { history_.put(key, value); });
    plumbing_.store.put(instance_key, instance_);
    use(std::move(first->others));
    const std::string& listen = options_.listen.empty() ? first->listen : options_.listen;
    http::Server server([this](const http::Request& request) { return answer(request); }, {},
                        http::guard_of(door_, prefix_));
    server_ = &server;
    const auto address = http::parse_listen(listen);
    const auto port = address ? server.start(*address) : std::unexpected(address.error());
    if (!port) {
      std::cerr << "answerback: listen: " << port.error() << '\n';
      return 1;
    }
    log_->log(sinks::LogLevel::info, "listening", {{"address", listen}, {"port", std::to_string(*port)}});
    log_->log(sinks::LogLevel::info, "watching",
              {{"service", first->plan->service},
               {"probes", std::to_string(first->probes.size())},
               {"config", options_.config_file}});
    for (const std::string& warning : plumbing_.proxies.warnings()) {
      log_->log(sinks::LogLevel::warn, "proxy setting ignored", {{"why", warning}});
    }
    plumbing_.credentials.use(first->credentials, first->redactor);
    if (const auto silences = plumbing_.store.get(silences_key))
      engine_.silences().restore(http::read_silences(*silences));
    engine_.start(first->plan, std::move(first->probes), std::move(before->restored));
    tell(std::move(first->alerts));

    if (options_.watch) look_at_files();
    boost::asio::signal_set signals(admin_, SIGTERM, SIGINT, SIGHUP);
    wait_for_signal(signals);
    std::jthread admin([this] { admin_.run(); });
    const Watchdog watchdog(board_, supervisor_);
    supervisor_.ready();

    try {
      loop_.run();  // until stop() has drained the engine
    } catch (const std::exception& bug) {
      leave(1, bug.what());
    }

    server.stop();
    admin_.stop();
    notifier_.stop();
    if (!history_.stop(history_limit)) leave(0, "the disk did not take the rest of the history in time");
    log_->log(sinks::LogLevel::info, "stopped", {});
    return 0;
  }

 private:
  // --- on the admin thread: whatever may block and must not hold the loop ---

  void wait_for_signal(boost::asio::signal_set& signals) {
    signals.async_wait([this, &signals](const boost::system::error_code& error, int number) {
      if (error) return;
      if (number == SIGHUP) {
        (void)reload();
      } else {
        stop();
        return;
      }
      wait_for_signal(signals);
    });
  }

  void look_at_files() {
    look_timer_.expires_after(watch_every);
    look_timer_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      std::unique_lock one_at_a_time(reloading_);
      const bool changed = watch_.changed();
      one_at_a_time.unlock();
      if (changed && reload())
        log_->log(sinks::LogLevel::info, "a file of the configuration has changed", {});
      look_at_files();
    });
  }

  // Loads anew; a broken file changes nothing and is the returned error. Also called by the port's thread.
  std::expected<void, std::string> reload() {
    const std::lock_guard one_at_a_time(reloading_);
    const Reloading telling(supervisor_, plumbing_.clock.now());
    watch_.before_load();
    auto next = load(options_, plumbing_.services);
    watch_.after_load(next ? next->files : ConfigWatch::Paths());
    if (!next) {
      log_->log(sinks::LogLevel::error, "reload refused, the configuration in use stays",
                {{"error", next.error()}});
      boost::asio::post(loop_, [this, why = next.error()] { engine_.reload_failed(why); });
      return std::unexpected(next.error());
    }
    notify::Settings alerts = std::move(next->alerts);
    blackbox::Settings others = std::move(next->others);
    keep_effective(next->effective, next->redactor);
    if (next->state_dir != state_dir_) {
      log_->log(sinks::LogLevel::warn, "state_dir changes with a restart only", {{"in_use", state_dir_}});
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
                {{"error", why}});
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

  // Does it on the loop and brings the answer back; an error if the loop does not get to it.
  template <class T>
  std::expected<T, std::string> on_the_loop(std::function<std::expected<T, std::string>()> work) {
    const auto result = std::make_shared<std::promise<std::expected<T, std::string>>>();
    auto done = result->get_future();
    boost::asio::post(loop_, [result, work = std::move(work)] { result->set_value(work()); });
    if (done.wait_for(std::chrono::seconds(2)) != std::future_status::ready)
      return std::unexpected("the daemon is busy or stopping: not known whether it was done");
    return done.get();
  }

  std::expected<Silence, std::string> silence(Silence wanted) {
    return on_the_loop<Silence>([this, wanted = std::move(wanted)] {
      auto taken = engine_.silences().add(wanted, plumbing_.clock.wall());
      if (!taken) return taken;
      keep_silences();
      log_->log(sinks::LogLevel::info, "silence asked for",
                {{"id", taken->name},
                 {"author", taken->author},
                 {"comment", taken->comment},
                 {"ends", iso_time(*taken->until)}});
      return taken;
    });
  }

  std::expected<void, std::string> unsilence(std::string id) {
    return on_the_loop<void>([this, id = std::move(id)] {
      auto done = engine_.silences().remove(id);
      if (!done) return done;
      keep_silences();
      log_->log(sinks::LogLevel::info, "silence deleted", {{"id", id}});
      return done;
    });
  }

  void keep_silences() {
    plumbing_.store.put(silences_key,
                        http::silences_json(engine_.silences().asked(), plumbing_.clock.wall()));
  }

  void keep_effective(std::string text, std::shared_ptr<const Redactor> redactor) {
    const std::lock_guard lock(effective_mutex_);
    effective_ = std::move(text);
    redactor_ = std::move(redactor);
  }
  std::string effective() const {
    const std::lock_guard lock(effective_mutex_);
    return effective_;
  }

  // On the history's thread.
  std::string redacted(std::string text) const {
    std::unique_lock lock(effective_mutex_);
    const auto redactor = redactor_;
    lock.unlock();
    return redactor ? redactor->taken_out_of(std::move(text)) : text;
  }

  std::array<std::uint8_t, 16> drawn() {
    std::array<std::uint8_t, 16> bytes{};
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(plumbing_.random.below(256));
    return bytes;
  }

  const cli::Options options_;
  boost::asio::io_context loop_{1},
      admin_{1};  // declared first: coroutines and timers of the others end before them
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  mutable std::mutex effective_mutex_;  // before the history, whose thread asks for the redactor
  std::string effective_;
  std::shared_ptr<const Redactor> redactor_;
  Plumbing plumbing_;
  sinks::Board board_;
  std::optional<sinks::EventLog> log_;
  sinks::History history_;
  sinks::EventRing events_;
  engine::Engine engine_;
  OnDemand on_demand_{loop_, plumbing_.clock, plumbing_.random, plumbing_.services};
  notify::Notifier notifier_{board_, plumbing_.proxies, [this](const notify::Remark& r) { remark(r); }};
  const Supervisor supervisor_{environment};
  const http::Actions actions_{.reload = [this] { return reload(); },
                               .effective_config = [this] { return effective(); },
                               .silence = [this](Silence wanted) { return silence(std::move(wanted)); },
                               .unsilence = [this](std::string id) { return unsilence(std::move(id)); },
                               .look = [this](const http::Request& r) { return on_demand_.answer(r); }};
  access::Door door_{options_.web_config_file,
                     [this](bool taken, const std::string& why) { told_of_web_config(taken, why); }};
  http::Server* server_ = nullptr;  // set before it starts
  std::unique_ptr<Alarm> drain_limit_;
  std::mutex reloading_;
  ConfigWatch watch_;  // under reloading_
  boost::asio::steady_timer look_timer_{admin_};
  const std::string instance_ = trace_id({.trace = drawn(), .span = {}});
  std::string prefix_;     // of all routes; set before the port opens
  std::string state_dir_;  // in use
  std::atomic<bool> stopping_ = false;
};

}  // namespace

int run_daemon(const cli::Options& options) {
  harden();
  return Daemon(options).run();
}

namespace {

// For commands that make probes and end: what probes share, and the loop it lives on.
struct Workbench {
  boost::asio::io_context loop{1};
  Plumbing plumbing{loop};
  Registry registry{probes::all()};
};

}  // namespace

int run_check(const cli::Options& options) {
  Workbench bench;
  const auto shard = cli::shard_option(options.shard);
  if (!shard) {
    std::cerr << shard.error();
    return 1;
  }
  return cli::check_command({.file = options.config_file,
                             .web_file = options.web_config_file,
                             .shard = *shard,
                             .print = options.print},
                            environment, bench.registry, bench.plumbing.services, std::cout, std::cerr);
}

int run_probe(const cli::Options& options) {
  harden();
  Workbench bench;
  const cli::ProbeOptions wanted{.file = options.config_file,
                                 .names = options.names,
                                 .count = options.count,
                                 .json = options.json,
                                 .nagios = options.nagios,
                                 .strict = options.strict,
                                 .colour = cli::wants_colour(isatty(STDOUT_FILENO) == 1, environment),
                                 .junit = options.junit};
  return cli::probe_command(wanted, environment, bench.registry, bench.plumbing.services, bench.loop,
                            bench.plumbing.clock, std::cout, std::cerr);
}

int run_types(const cli::Options& options) {
  Workbench bench;
  return cli::types_command({.names = options.names, .markdown = options.markdown}, bench.registry,
                            bench.plumbing.services, std::cout, std::cerr);
}

}  // namespace answerback
