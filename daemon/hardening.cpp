#include "hardening.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace answerback {

void harden() {
  prctl(PR_SET_DUMPABLE, 0);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
  }
  std::signal(SIGPIPE, SIG_IGN);
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);  // set, it no longer grows with what was freed
  mallopt(M_ARENA_MAX, 2);
#endif
}

}  // namespace answerback
