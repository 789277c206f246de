// answerback-worker: does work that blocks, for the daemon, in a process that may be killed at any moment.
//
// Standard input and output are the channel: a request is one line of JSON, its answer one or more, the last
// of which has "done": true. One request at a time. The end of the input ends the worker.

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <csignal>
#include <iostream>
#include <string>
#include <string_view>

#include "probes/env/worker.h"
#include "probes/exec/worker.h"
#include "probes/llm/replicas_worker.h"
#include "probes/mcp/worker.h"
#include "probes/mysql/worker.h"
#include "probes/postgres/worker.h"

namespace {

using Emit = std::function<void(const boost::json::object&)>;

struct Handler {
  std::string_view type;
  void (*answer)(const boost::json::object& request, const Emit& emit);
};
constexpr Handler handlers[] = {
    {"env", &answerback::probes::answer_env},
    {"exec", &answerback::probes::answer_exec},
    {"llm_replicas", &answerback::probes::answer_llm_replicas},
    {"mcp", &answerback::probes::answer_mcp},
    {"mysql", &answerback::probes::answer_mysql},
    {"postgres", &answerback::probes::answer_postgres},
};

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool address_space_is_ours = false;  // a sanitizer reserves terabytes
#else
constexpr bool address_space_is_ours = true;
#endif

// We hold secrets and speak with whoever answers: die with the daemon, eat no more than our share, leave no
// core.
void confine() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // had the daemon died before, the input has ended and we end with it
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_DUMPABLE, 0);
  constexpr rlimit no_core{0, 0}, memory{256UL << 20, RLIM_INFINITY};
  setrlimit(RLIMIT_CORE, &no_core);
  if (address_space_is_ours) setrlimit(RLIMIT_AS, &memory);
  std::signal(SIGPIPE, SIG_IGN);
}

void emit(const boost::json::object& line) { std::cout << line << '\n' << std::flush; }

enum ExitStatus { ended = 0, bad_request = 65, failed = 70 };  // as in sysexits.h

}  // namespace

int main() {
  confine();
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) try {
      const boost::json::object request = boost::json::parse(line).as_object();
      const std::string_view type = request.at("type").as_string();
      const Handler* handler = std::ranges::find(handlers, type, &Handler::type);
      if (handler == std::end(handlers)) return bad_request;
      handler->answer(request, emit);
    } catch (const std::exception&) {
      return failed;  // the daemon sees a worker that died, and why is in no way its peer's to say
    }
  return ended;
}
