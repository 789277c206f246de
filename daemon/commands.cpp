// The commands that make probes and end.

#include <sys/ioctl.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <iostream>

#include "app.h"
#include "cli/check.h"
#include "cli/probe.h"
#include "cli/share.h"
#include "cli/types.h"
#include "hardening.h"
#include "plumbing.h"
#include "probe/registry.h"
#include "probes/all.h"

namespace answerback {

namespace {

// What probes share, and the loop it lives on.
struct Workbench {
  boost::asio::io_context loop{1};
  Plumbing plumbing{loop};
  Registry registry{probes::all()};
};

std::size_t terminal_width(std::size_t otherwise) {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : otherwise;
}

}  // namespace

int run_check(const cli::Options& options) {
  Workbench bench;
  const auto shard = cli::shard_option(options.shard);
  if (!shard) {
    std::cerr << shard.error();
    return 1;
  }
  return cli::check_command({.file = options.config_file,
                             .web_file = options.web_config_file,
                             .shard = *shard,
                             .print = options.print},
                            environment, bench.registry, bench.plumbing.services, std::cout, std::cerr);
}

int run_probe(const cli::Options& options) {
  harden();
  Workbench bench;
  const cli::ProbeOptions defaults;
  const cli::ProbeOptions wanted{.file = options.config_file,
                                 .names = options.names,
                                 .count = options.count,
                                 .json = options.json,
                                 .nagios = options.nagios,
                                 .strict = options.strict,
                                 .colour = cli::wants_colour(isatty(STDOUT_FILENO) == 1, environment),
                                 .width = terminal_width(defaults.width),
                                 .junit = options.junit};
  return cli::probe_command(wanted, environment, bench.registry, bench.plumbing.services, bench.loop,
                            bench.plumbing.clock, std::cout, std::cerr);
}

int run_types(const cli::Options& options) {
  Workbench bench;
  return cli::types_command({.names = options.names, .markdown = options.markdown}, bench.registry,
                            bench.plumbing.services, std::cout, std::cerr);
}

}  // namespace answerback
