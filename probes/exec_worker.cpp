#include "probes/exec_worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

namespace answerback::probes {
namespace {

namespace json = boost::json;

// A pipe between the program and us.
struct Pipe {
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) ends = {-1, -1};
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  bool good() const { return ends[0] >= 0; }
  void close_end(std::size_t which) {
    if (ends[which] >= 0) ::close(ends[which]);
    ends[which] = -1;
  }
  std::array<int, 2> ends{};  // read, write
};

struct Program {
  std::vector<std::string> words, variables;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// In our own process group: it ends when we are killed. An error number, or 0.
int start(Program& program, Pipe& in, Pipe& out, Pipe& err, pid_t& pid) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in.ends[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, out.ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, err.ends[1], STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setsigdefault(&attributes, &all);
  const std::vector<char*> arguments = pointers(program.words), environment = pointers(program.variables);
  const int error =
      posix_spawnp(&pid, arguments[0], &files, &attributes, arguments.data(), environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

struct Output {
  std::string text;
  bool cut = false;
};

// Reads what there is; false at the end.
bool drain(int fd, std::size_t cap, Output& output) {
  std::array<char, 16 * 1024> chunk;
  const ssize_t count = ::read(fd, chunk.data(), chunk.size());
  if (count <= 0) return count < 0 && (errno == EINTR || errno == EAGAIN);
  const std::size_t room = cap - std::min(cap, output.text.size());
  output.cut = output.cut || static_cast<std::size_t>(count) > room;
  output.text.append(chunk.data(), std::min(room, static_cast<std::size_t>(count)));
  return true;
}

// Until the program has ended: a child it leaves behind may hold its output open for ever.
int serve(pid_t pid, const std::string& input, std::size_t cap, Pipe& in, Pipe& out, Pipe& err,
          std::array<Output, 2>& outputs) {
  std::size_t written = 0;
  fcntl(in.ends[1], F_SETFL, O_NONBLOCK);
  if (input.empty()) in.close_end(1);
  const std::array<Pipe*, 2> pipes{&out, &err};
  for (int status = 0;;) {
    std::array<pollfd, 3> waits{pollfd{out.ends[0], POLLIN, 0}, pollfd{err.ends[0], POLLIN, 0},
                                pollfd{in.ends[1], POLLOUT, 0}};
    constexpr int look_again_ms = 20;  // at whether it has ended
    poll(waits.data(), waits.size(), look_again_ms);
    for (std::size_t i = 0; i < pipes.size(); ++i)
      if (waits[i].revents && !drain(pipes[i]->ends[0], cap, outputs[i])) pipes[i]->close_end(0);
    if (waits[2].revents) {
      const ssize_t count = ::write(in.ends[1], input.data() + written, input.size() - written);
      if (count > 0) written += static_cast<std::size_t>(count);
      if (written == input.size() || (count < 0 && errno != EAGAIN && errno != EINTR)) in.close_end(1);
    }
    if (waitpid(pid, &status, WNOHANG) != pid) continue;
    for (std::size_t i = 0; i < pipes.size(); ++i) {  // what it wrote before it ended
      if (pipes[i]->ends[0] < 0) continue;
      fcntl(pipes[i]->ends[0], F_SETFL, O_NONBLOCK);
      for (pollfd rest{pipes[i]->ends[0], POLLIN, 0}; poll(&rest, 1, 0) > 0;)
        if (!drain(rest.fd, cap, outputs[i]) || outputs[i].cut) break;
    }
    return status;
  }
}

std::string text_of(const json::value& value) { return std::string(std::string_view(value.as_string())); }

// Our own limit is for libraries we chose; a program people bring has that of the container.
void lift_memory_limit() {
  rlimit memory{};
  if (getrlimit(RLIMIT_AS, &memory) != 0) return;
  memory.rlim_cur = memory.rlim_max;
  setrlimit(RLIMIT_AS, &memory);
}

json::object run(Program program, const std::string& input, std::size_t cap) {
  Pipe in, out, err;
  pid_t pid = -1;
  if (!in.good() || !out.good() || !err.good()) return {{"failure", std::strerror(errno)}};
  lift_memory_limit();
  if (const int error = start(program, in, out, err, pid))
    return {{"failure", program.words.front() + ": " + std::strerror(error)}};
  in.close_end(0);
  out.close_end(1);
  err.close_end(1);
  std::array<Output, 2> outputs;
  const int status = serve(pid, input, cap, in, out, err, outputs);
  json::object answer{{"out", outputs[0].text},
                      {"err", outputs[1].text},
                      {"cut", outputs[0].cut || outputs[1].cut},
                      {"status", WIFEXITED(status) ? WEXITSTATUS(status) : 0}};
  if (WIFSIGNALED(status)) answer["signal"] = sigabbrev_np(WTERMSIG(status));
  return answer;
}

}  // namespace

void answer_exec(const json::object& request, const std::function<void(const json::object&)>& emit) {
  Program program;
  for (const json::value& word : request.at("command").as_array()) program.words.push_back(text_of(word));
  program.variables = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"};
  for (const json::key_value_pair& variable : request.at("environment").as_object())
    program.variables.push_back(std::string(variable.key()) + "=" + text_of(variable.value()));
  json::object answer = run(std::move(program), text_of(request.at("input")),
                            request.at("output_cap").to_number<std::size_t>());
  answer["done"] = true;
  emit(answer);
}

}  // namespace answerback::probes
