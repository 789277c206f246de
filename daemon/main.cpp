// The program: takes the command line apart and calls who knows.

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <iostream>

#include "app.h"
#include "cli/ending.h"
#include "cli/options.h"
#include "program.h"

namespace {

using answerback::cli::Command;

// Hands the command line over to the program beside this one.
int become_client(char** argv) {
  const std::string client = answerback::program_beside("answerback-client");
  execv(client.c_str(), argv);
  std::cerr << "answerback: cannot start " << client << ": " << std::strerror(errno)
            << " (it is installed beside answerback)\n";
  return 3;
}

int run(const answerback::cli::Options& options) {
  switch (options.command) {
    case Command::check: return answerback::run_check(options);
    case Command::probe: return answerback::run_probe(options);
    case Command::types: return answerback::run_types(options);
    default: return answerback::run_daemon(options);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = answerback::cli::parse(argc, argv);
  if (const int* code = std::get_if<int>(&parsed)) return answerback::cli::end_with(*code, 1);
  const auto& options = std::get<answerback::cli::Options>(parsed);
  if (answerback::cli::asks_a_daemon(options.command)) return become_client(argv);
  try {
    const int code = run(options);
    if (options.command == Command::run) return code;  // it says nothing there: its log is on stderr
    return answerback::cli::end_with(code, answerback::cli::code_if_lost(options));
  } catch (const std::exception& e) {  // no descriptor, thread or memory left for us to begin with
    std::cerr << "answerback: cannot start: " << e.what() << '\n';
    return options.command == Command::probe ? 2 : 1;
  }
}
