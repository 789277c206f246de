#include "probes/exec/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <string>

#include "probes/shared/program.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

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

json::object run(Program program, const std::string& input, std::size_t cap) {
  Pipe in, out, err;
  pid_t pid = -1;
  if (!in.good() || !out.good() || !err.good()) return {{"failure", std::strerror(errno)}};
  if (const int error = start_program(program, in, out, err, pid))
    return {{"failure", program.words.front() + ": " + std::strerror(error)}};
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
  json::object answer = run(program_in(request), text_of(request.at("input")),
                            request.at("output_cap").to_number<std::size_t>());
  answer["done"] = true;
  emit(answer);
}

}  // namespace answerback::probes
