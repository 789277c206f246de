#pragma once
// A program that people bring, started by answerback-worker with a pipe at each of its standard streams.
// Blocks. It runs in the worker's own process group, and so ends with it.

#include <sys/types.h>

#include <array>
#include <boost/json/object.hpp>
#include <string>
#include <vector>

namespace answerback::probes {

// A pipe between the program and us, closed with us.
struct Pipe {
  Pipe();
  ~Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  bool good() const { return ends[0] >= 0; }
  void close_end(std::size_t which);

  std::array<int, 2> ends{-1, -1};  // read, write; -1: closed
};

struct Program {
  std::vector<std::string> words, variables;
};

// Of a request with {"command": [program, arguments…], "environment": {name: value}}. PATH and LANG are
// added; nothing of ours is handed on. Throws where the request has neither: it is our own.
Program program_in(const boost::json::object& request);

// Starts it, its ends of the pipes closed on our side. Our own memory limit is for libraries we chose and is
// lifted. An error number, or 0.
int start_program(Program&, Pipe& in, Pipe& out, Pipe& err, pid_t&);

}  // namespace answerback::probes
