#include "cli/ending.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

namespace answerback::cli {

int end_with(int code, int if_lost) {
  errno = 0;
  std::cout.flush();
  bool lost = !std::cout;
  int why = errno;
  // A file system over a network tells of some errors only now. That there never was a stdout is none.
  if (!lost && close(STDOUT_FILENO) != 0 && errno != EBADF) {
    lost = true;
    why = errno;
  }
  if (!lost) return code;
  std::cerr << "answerback: cannot write to stdout" << (why == 0 ? "" : ": ")
            << (why == 0 ? "" : std::strerror(why)) << '\n';
  return code == 0 ? if_lost : code;
}

}  // namespace answerback::cli
