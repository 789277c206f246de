#include "probes/shared/program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/json.hpp>

namespace answerback::probes {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::string word_of(const boost::json::value& value) {
  return std::string(std::string_view(value.as_string()));
}

void lift_memory_limit() {
  rlimit memory{};
  if (getrlimit(RLIMIT_AS, &memory) != 0) return;
  memory.rlim_cur = memory.rlim_max;
  setrlimit(RLIMIT_AS, &memory);
}

}  // namespace

Pipe::Pipe() {
  if (pipe2(ends.data(), O_CLOEXEC) != 0) ends = {-1, -1};
}

Pipe::~Pipe() {
  close_end(0);
  close_end(1);
}

void Pipe::close_end(std::size_t which) {
  if (ends[which] >= 0) ::close(ends[which]);
  ends[which] = -1;
}

Program program_in(const boost::json::object& request) {
  Program program;
  for (const boost::json::value& word : request.at("command").as_array())
    program.words.push_back(word_of(word));
  program.variables = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"};
  for (const boost::json::key_value_pair& variable : request.at("environment").as_object())
    program.variables.push_back(std::string(variable.key()) + "=" + word_of(variable.value()));
  return program;
}

int start_program(Program& program, Pipe& in, Pipe& out, Pipe& err, pid_t& pid) {
  lift_memory_limit();
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
  in.close_end(0);
  out.close_end(1);
  err.close_end(1);
  return error;
}

}  // namespace answerback::probes
