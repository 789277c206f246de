#include "net/workers.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <vector>

namespace answerback::net {
namespace {

using boost::system::error_code;
using Channel = asio::local::stream_protocol::socket;
constexpr auto as_value = asio::as_tuple(asio::use_awaitable);

Failure died(std::string detail) { return {Reason::worker_died, std::move(detail)}; }

void throw_if_cancelled(const error_code& error) {
  if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
}

std::string how_it_ended(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return "exited with status " + std::to_string(info.si_status);
  const char* name = sigabbrev_np(info.si_status);
  return std::string("was killed by SIG") + (name ? name : std::to_string(info.si_status));
}

// Starts `program` with `channel` as its standard input and output, and nothing else of ours: no descriptor,
// no environment (it may hold secrets), no signal mask; in a process group of its own, so that whatever it
// starts ends with it.
std::expected<pid_t, int> spawn(const std::string& program, int channel) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, channel, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, channel, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);

  std::string name = program, path = "PATH=/usr/local/bin:/usr/bin:/bin", lang = "LANG=C";
  std::array<char*, 2> arguments{name.data(), nullptr};
  std::array<char*, 3> environment{path.data(), lang.data(), nullptr};
  pid_t pid = -1;
  const int error =
      posix_spawn(&pid, name.c_str(), &files, &attributes, arguments.data(), environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (error) return std::unexpected(error);
  return pid;
}

// One worker. A pidfd says when it has ended, so that we need no SIGCHLD handler and can hit no recycled pid:
// the process stays a zombie, and its number taken, until reap().
struct Process {
  Process(const asio::any_io_executor& executor, pid_t id, int channel_fd, int life_fd)
      : pid(id), channel(executor, asio::local::stream_protocol(), channel_fd), life(executor, life_fd) {}
  ~Process() {
    if (!ended.empty()) return;
    kill();
    reap(0);  // at the end of the pool only, and SIGKILL is not waited for long
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void kill() const {
    if (ended.empty()) ::kill(-pid, SIGKILL);
  }
  bool reap(int options = WNOHANG) {
    siginfo_t info{};
    if (ended.empty() && waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | options) == 0 &&
        info.si_pid == pid)
      ended = how_it_ended(info);
    return !ended.empty();
  }

  const pid_t pid;
  Channel channel;
  asio::posix::stream_descriptor life;  // the pidfd: readable when the process has ended
  std::string ended;                    // how; empty while it has not been reaped
  std::string unread;                   // received and not yet a whole line
  std::unique_ptr<Alarm> expiry;        // while idle
};
using ProcessPtr = std::shared_ptr<Process>;

}  // namespace

struct Workers::Impl : std::enable_shared_from_this<Impl> {
  Impl(const asio::any_io_executor& e, Clock& c, Options o)
      : executor(e),
        clock(c),
        options(std::move(o)),
        turns(std::max<std::size_t>(options.most, 1)),
        bell(e, asio::steady_timer::time_point::max()) {}

  // The bell only ever rings by cancel_one(), for the one who has waited longest. (A channel of asio 1.81
  // would lose a message here: it forgets that it has a buffer when a receiver is cancelled.)
  asio::awaitable<void> take_turn() {
    while (turns == 0) {
      co_await bell.async_wait(as_value);
      if ((co_await asio::this_coro::cancellation_state).cancelled() == asio::cancellation_type::none)
        continue;
      if (turns > 0) bell.cancel_one();  // it may have rung for us
      throw boost::system::system_error(asio::error::operation_aborted);
    }
    --turns;
  }
  void return_turn() {
    ++turns;
    bell.cancel_one();
  }

  // The worker used last, so that those beyond the need grow old; or a new one.
  std::expected<ProcessPtr, Failure> take() {
    if (idle.empty()) return start();
    ProcessPtr process = std::move(idle.back());
    idle.pop_back();
    process->expiry.reset();
    return process;
  }

  void put_back(ProcessPtr process) {
    process->expiry = clock.alarm([weak = weak_from_this(), raw = process.get()] {
      if (const std::shared_ptr<Impl> pool = weak.lock()) pool->expire(raw);
    });
    process->expiry->set(clock.now() + options.idle);
    idle.push_back(std::move(process));
  }

  void expire(Process* raw) {
    const auto found = std::ranges::find(idle, raw, &ProcessPtr::get);
    if (found == idle.end()) return;
    const ProcessPtr process = *found;  // outlives the alarm that is ringing
    idle.erase(found);
    process->kill();  // watch() collects it
  }

  std::expected<ProcessPtr, Failure> start() {
    const auto refused = [&](const char* doing, int error) {
      return std::unexpected(
          died("cannot start the worker " + options.program + ": " + doing + ": " + std::strerror(error)));
    };
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
      return refused("socketpair", errno);
    const auto pid = spawn(options.program, ends[1]);
    ::close(ends[1]);
    if (!pid) {
      ::close(ends[0]);
      return refused("spawn", pid.error());
    }
    const int life = static_cast<int>(syscall(SYS_pidfd_open, *pid, 0));
    if (life < 0) {
      const int error = errno;
      ::close(ends[0]);
      ::kill(-*pid, SIGKILL);
      waitpid(*pid, nullptr, 0);
      return refused("pidfd_open", error);
    }
    auto process = std::make_shared<Process>(executor, *pid, ends[0], life);
    all.push_back(process);
    watch(process);
    return process;
  }

  // Collects a worker that has ended, whenever that is: no zombies.
  void watch(const ProcessPtr& process) {
    process->life.async_wait(asio::posix::descriptor_base::wait_read,
                             [weak = weak_from_this(), process](const error_code& error) {
                               const std::shared_ptr<Impl> pool = weak.lock();
                               if (error || !pool || !process->reap()) return;
                               std::erase(pool->idle, process);
                               std::erase(pool->all, process);
                               pool->groups.push_back(process->pid);
                               pool->collect_orphans();
                             });
  }

  // What a worker had started is ours once the worker has gone: in a container we are the first process,
  // elsewhere their subreaper (hardening.cpp). One that takes its time to die is collected with a later
  // worker.
  void collect_orphans() {
    std::erase_if(groups, [](pid_t group) {
      siginfo_t info{};
      int error = 0;
      do {
        info.si_pid = 0;
        error = waitid(P_PGID, static_cast<id_t>(group), &info, WEXITED | WNOHANG);
      } while (error == 0 && info.si_pid != 0);
      return error != 0;  // ECHILD: none is left
    });
  }

  asio::any_io_executor executor;
  Clock& clock;
  Options options;
  std::vector<pid_t> groups;     // of workers that have ended and may have left children
  std::vector<ProcessPtr> all;   // not yet reaped
  std::vector<ProcessPtr> idle;  // of these, the ones without a request; last used last
  std::size_t turns;             // processes that may yet become busy
  asio::steady_timer bell;
};

namespace {

// One call's turn and worker: whichever way the call ends, a worker not known to be good again is killed.
template <class Pool>
struct Lease {
  explicit Lease(std::shared_ptr<Pool> p) : pool(std::move(p)) {}
  ~Lease() {
    if (process && reusable)
      pool->put_back(std::move(process));
    else if (process)
      process->kill();
    pool->return_turn();
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  std::shared_ptr<Pool> pool;
  ProcessPtr process;
  bool reusable = false;
};

// It closed the channel, so it has ended or is no use any more.
asio::awaitable<Failure> obituary(ProcessPtr process) {
  process->kill();
  const auto [error] = co_await process->life.async_wait(asio::posix::descriptor_base::wait_read, as_value);
  throw_if_cancelled(error);
  process->reap();
  co_return died("the worker " + process->ended + " before it had answered");
}

}  // namespace

Workers::Workers(asio::any_io_executor executor, Clock& clock, Options options)
    : impl_(std::make_shared<Impl>(executor, clock, std::move(options))) {}

Workers::~Workers() {
  for (const ProcessPtr& process : impl_->all) process->kill();
  for (const ProcessPtr& process : impl_->all) process->reap(0);
}

std::size_t Workers::alive() const { return impl_->all.size(); }

asio::awaitable<std::expected<void, Failure>> Workers::call(
    Run& run, Call job, std::function<bool(std::string_view line)> on_line) {
  run.enter(Phase::queue);
  const std::shared_ptr<Impl> pool = impl_;
  co_await pool->take_turn();
  Lease lease(pool);
  auto taken = pool->take();
  if (!taken) co_return std::unexpected(taken.error());
  lease.process = *std::move(taken);
  Process& worker = *lease.process;
  if (job.phase) run.enter(*job.phase);

  job.request += '\n';
  const auto [unsent, written] =
      co_await asio::async_write(worker.channel, asio::buffer(job.request), as_value);
  throw_if_cancelled(unsent);
  if (unsent) co_return std::unexpected(co_await obituary(lease.process));

  std::array<char, 16 * 1024> chunk;
  for (std::size_t searched = 0;;) {
    if (const std::size_t end = worker.unread.find('\n', searched); end != std::string::npos) {
      const std::string line = worker.unread.substr(0, end);
      worker.unread.erase(0, end + 1);
      searched = 0;
      if (on_line(line)) continue;
      lease.reusable = !job.once && worker.unread.empty() && worker.ended.empty();
      co_return std::expected<void, Failure>();
    }
    searched = worker.unread.size();
    if (searched > pool->options.answer_cap)
      co_return std::unexpected(died("the worker answered more than " +
                                     std::to_string(pool->options.answer_cap) +
                                     " bytes in one line and was killed"));
    const auto [error, count] = co_await worker.channel.async_read_some(asio::buffer(chunk), as_value);
    throw_if_cancelled(error);
    if (error) co_return std::unexpected(co_await obituary(lease.process));
    worker.unread.append(chunk.data(), count);
  }
}

}  // namespace answerback::net
