#include "notify/notifier.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

#include "notify/dispatch.h"
#include "notify/kept_file.h"
#include "probe/real_clock.h"

namespace answerback::notify {
namespace {

constexpr Duration glance = std::chrono::milliseconds(200);  // how often the board is looked at

void block_signals() {  // they are for the main thread
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

// What goes from one set of targets to the next.
struct Heritage {
  Kept kept;
  Counts counts;
};

// Writes down what must outlive a restart, where there is something new to write and somewhere to write it.
class Notebook {
 public:
  Notebook(const std::string& state_dir, const Say& say) : say_(say) {
    if (!state_dir.empty()) file_ = kept_file(state_dir);
  }
  void write(const Kept& kept) {
    if (file_.empty()) return;
    std::string text = print(kept);
    if (text == written_) return;
    const auto saved = save(file_, text);
    if (saved) written_ = std::move(text);
    if (!saved && !failing_)
      say_({.message = "notifications would be lost with a restart", .target = {}, .why = saved.error()});
    failing_ = !saved;
  }

 private:
  const Say& say_;
  std::filesystem::path file_;
  std::string written_;
  bool failing_ = false;
};

// One set of targets and the thread that tells them.
class Worker {
 public:
  Worker(sinks::Board& board, const net::Proxies& proxies, const Say& say, Settings settings, Heritage before)
      : board_(board),
        proxies_(proxies),
        settings_(std::move(settings)),
        notebook_(settings_.state_dir, say),
        means_{io_.get_executor(), clock_, random_, {dns_, tls_, proxies_}, say},
        dispatch_(means_, settings_, std::move(before.kept), before.counts,
                  [this](const Kept& kept) { notebook_.write(kept); }),
        watch_(io_.get_executor()) {
    dispatch_.start();
    watch_.spawn(watch());
    thread_ = std::thread([this] {
      block_signals();
      io_.run();
    });
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() { (void)end(); }

  Heritage end() {
    if (!thread_.joinable()) return {};
    asio::post(io_, [this] {
      watch_.stop();
      dispatch_.stop();
      asio::co_spawn(io_, drain(), [this](const std::exception_ptr&) { io_.stop(); });
    });
    thread_.join();
    Heritage left{dispatch_.kept(), {}};
    for (const auto& target : dispatch_.tally().targets) left.counts.emplace(target.name, target.counts);
    notebook_.write(left.kept);
    return left;
  }

 private:
  asio::awaitable<void> watch() {
    for (;;) {
      if (const auto snapshot = board_.read()) dispatch_.look(*snapshot);
      if (dispatch_.take_changed()) {
        notebook_.write(dispatch_.kept());
        board_.publish(std::make_shared<const NotificationTally>(dispatch_.tally()));
      }
      co_await clock_.sleep_until(clock_.now() + glance);
    }
  }
  asio::awaitable<void> drain() {
    co_await watch_.drain();
    co_await dispatch_.drain();
  }

  sinks::Board& board_;
  asio::io_context io_{1};
  RealClock clock_{io_.get_executor()};
  SystemRandom random_;
  net::Resolver dns_{io_.get_executor(), clock_};
  net::Tls tls_{io_.get_executor()};
  net::Proxies proxies_;
  const Settings settings_;
  Notebook notebook_;
  Means means_;
  Dispatch dispatch_;
  engine::TaskGroup watch_;
  std::thread thread_;
};

}  // namespace

struct Notifier::Impl {
  Impl(sinks::Board& board_, net::Proxies proxies_, Say say_)
      : board(board_), proxies(std::move(proxies_)), say(std::move(say_)) {}

  Heritage left_by_earlier_life(const std::string& state_dir) {
    if (std::exchange(began, true) || state_dir.empty()) return {};
    Found found = find_kept(kept_file(state_dir));
    if (!found.trouble.empty())
      say({.message = "what was told before the start is not known", .target = {}, .why = found.trouble});
    return {std::move(found.kept), {}};
  }

  void use(Settings settings) {
    const std::lock_guard lock(mutex);
    if (stopped) return;
    Heritage before = worker ? worker->end() : left_by_earlier_life(settings.state_dir);
    worker.reset();
    board.publish(std::shared_ptr<const NotificationTally>());
    if (settings.targets.empty()) return;
    worker = std::make_unique<Worker>(board, proxies, say, std::move(settings), std::move(before));
  }

  sinks::Board& board;
  const net::Proxies proxies;
  const Say say;
  std::mutex mutex;
  std::unique_ptr<Worker> worker;
  bool began = false, stopped = false;
};

Notifier::Notifier(sinks::Board& board, net::Proxies proxies, Say say)
    : impl_(std::make_unique<Impl>(board, std::move(proxies), std::move(say))) {}

Notifier::~Notifier() { stop(); }

void Notifier::use(Settings settings) { impl_->use(std::move(settings)); }

void Notifier::stop() {
  const std::lock_guard lock(impl_->mutex);
  impl_->stopped = true;
  impl_->worker.reset();
}

}  // namespace answerback::notify
