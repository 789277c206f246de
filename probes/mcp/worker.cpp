#include "probes/mcp/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>

#include "model/text.h"
#include "probes/mcp/dialogue.h"
#include "probes/shared/program.h"

namespace answerback::probes {
namespace {

using Emit = std::function<void(const json::object&)>;
using Moment = std::chrono::steady_clock::time_point;
using namespace std::chrono_literals;

constexpr std::size_t errors_kept = 2000, garbage_kept = 200, garbage_told = 20;
constexpr auto leaves_within = 500ms, dies_within = 200ms;

std::string text_of_request(const json::object& request, std::string_view key) {
  return std::string(std::string_view(request.at(key).as_string()));
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return std::string("was killed by SIG") + sigabbrev_np(WTERMSIG(status));
  return "exited with status " + std::to_string(WEXITSTATUS(status));
}

class ServedProgram {
 public:
  ServedProgram(McpDialogue dialogue, std::chrono::milliseconds patience, const Emit& emit)
      : dialogue_(std::move(dialogue)), patience_(patience), emit_(emit) {}

  // The last report.
  json::object run(Program program) {
    if (!in_.good() || !out_.good() || !err_.good()) return {{"failure", std::strerror(errno)}};
    if (const int error = start_program(program, in_, out_, err_, pid_))
      return {{"failure", program.words.front() + ": " + std::strerror(error)}};
    for (const int fd : {in_.ends[1], out_.ends[0], err_.ends[0]}) fcntl(fd, F_SETFL, O_NONBLOCK);
    json::object last = talk();
    if (!errors_.empty()) last["errors"] = clip(errors_, errors_kept);
    return last;
  }

 private:
  json::object talk() {
    for (;;) {
      say();
      if (dialogue_.over() && unsent_.empty()) return leave();
      wait();
      if (!listen()) return {{"too_large", true}};
      if (failed_) return {{"done", true}};
      if (dialogue_.over()) continue;
      const bool hung_up = out_.ends[0] < 0;  // mostly because it has ended
      if (hung_up ? gone_within(dies_within) : has_ended()) {
        while (out_.ends[0] >= 0 && unread_.size() <= mcp_heard_cap && read_some(out_, unread_) > 0)
          continue;  // what it wrote before it ended
        if (!listen()) return {{"too_large", true}};
        if (!dialogue_.over()) return {{"ended", how_it_ended(status_)}};
      } else if (hung_up) {
        return {{"ended", "closed its standard output"}};
      }
      if (dialogue_.may_be_older() && std::chrono::steady_clock::now() - asked_ > patience_) {
        emit_({{"silent", true}});
        dialogue_.older("");
      }
    }
  }

  void say() {
    while (const auto text = dialogue_.aside()) send(*text);
    while (const auto out = dialogue_.next()) {
      send(out->text);
      asked_ = std::chrono::steady_clock::now();
    }
    while (!unsent_.empty()) {
      const ssize_t count = ::write(in_.ends[1], unsent_.data(), unsent_.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return;
      if (count < 0) return unsent_.clear();  // it listens no more: how it ends says more
      unsent_.erase(0, static_cast<std::size_t>(count));
    }
  }

  void send(const std::string& text) {
    emit_({{"sent", text}});
    unsent_ += text + '\n';
  }

  void wait() {
    std::array<pollfd, 3> waits{pollfd{out_.ends[0], POLLIN, 0}, pollfd{err_.ends[0], POLLIN, 0},
                                pollfd{unsent_.empty() ? -1 : in_.ends[1], POLLOUT, 0}};
    constexpr int look_again_ms = 20;  // at whether it has ended, and at our patience
    poll(waits.data(), waits.size(), look_again_ms);
    if (waits[0].revents && read_some(out_, unread_) == 0) out_.close_end(0);
    if (waits[1].revents && read_some(err_, errors_) == 0) err_.close_end(0);
    if (errors_.size() > errors_kept) errors_.erase(0, errors_.size() - errors_kept);
  }

  // Bytes read; 0 at the end of it, less where there is nothing at the moment.
  static ssize_t read_some(Pipe& pipe, std::string& into) {
    std::array<char, 16 * 1024> chunk;
    const ssize_t count = ::read(pipe.ends[0], chunk.data(), chunk.size());
    if (count > 0) into.append(chunk.data(), static_cast<std::size_t>(count));
    return count < 0 && errno != EAGAIN && errno != EINTR ? 0 : count;
  }

  // False when it is too much.
  bool listen() {
    std::size_t begin = 0;
    for (std::size_t end = 0; !failed_ && (end = unread_.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      std::string_view line = std::string_view(unread_).substr(begin, end - begin);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.size() > mcp_message_cap || (heard_ += line.size()) > mcp_heard_cap) return false;
      if (!line.empty()) hear(line);
    }
    unread_.erase(0, begin);
    return unread_.size() <= mcp_message_cap;
  }

  void hear(std::string_view line) {
    if (dialogue_.over()) return;
    boost::system::error_code error;
    const json::value message =
        json::parse(json::string_view(line.data(), line.size()), error, {}, {.max_depth = 64});
    if (error || !message.is_structured()) {
      if (garbage_++ < garbage_told) emit_({{"garbage", clip(line, garbage_kept)}});
      return;
    }
    emit_({{"heard", line}});
    failed_ = !dialogue_.take(line);
    if (!failed_) say();
  }

  bool has_ended() { return ended_ || (ended_ = waitpid(pid_, &status_, WNOHANG) == pid_); }

  bool gone_within(std::chrono::milliseconds limit) {
    for (const Moment end = std::chrono::steady_clock::now() + limit;
         !has_ended() && std::chrono::steady_clock::now() < end;) {
      wait();
      unread_.clear();
    }
    return ended_;
  }

  // As the specification has it: its input is closed, then it is asked to go; killed it is by the daemon.
  json::object leave() {
    emit_({{"over", true}});
    in_.close_end(1);
    if (!gone_within(leaves_within)) {
      ::kill(pid_, SIGTERM);
      gone_within(dies_within);
    }
    return {{"done", true}};
  }

  McpDialogue dialogue_;
  std::chrono::milliseconds patience_;
  const Emit& emit_;
  Pipe in_, out_, err_;
  pid_t pid_ = -1;
  Moment asked_{};
  std::string unsent_, unread_, errors_;
  std::size_t heard_ = 0, garbage_ = 0;
  int status_ = 0;
  bool ended_ = false, failed_ = false;
};

}  // namespace

void answer_mcp(const json::object& request, const Emit& emit) {
  McpPlan plan{.version = text_of_request(request, "version"),
               .sessions_first = request.at("sessions_first").as_bool(),
               .tool = text_of_request(request, "tool"),
               .arguments = request.at("arguments").as_object()};
  const std::chrono::milliseconds patience(request.at("patience_ms").to_number<std::int64_t>());
  ServedProgram served(McpDialogue(std::move(plan)), patience, emit);
  emit(served.run(program_in(request)));
}

}  // namespace answerback::probes
