#pragma once
// The command line, taken apart: flags in the style of Prometheus exporters, before or after the command.

#include <string>
#include <variant>
#include <vector>

namespace answerback::cli {

enum class Command { run, check, probe, types, wait, status, report, healthcheck, debug };

struct Options {
  Command command = Command::run;
  std::string config_file = "config.yaml";
  std::string shard;                       // "1/3", "hostname/3" (model/shard.h); empty: the whole
  bool watch = false;                      // the configuration is read anew when its files change
  std::string listen;                      // beats the configuration's where not empty
  std::string external_url, route_prefix;  // how others reach us, and what stands before every path
  std::string web_config_file;             // exporter-toolkit's; empty: plain HTTP for everybody
  std::string log_level = "info", log_format = "logfmt";
  std::string url = "http://127.0.0.1:9797";  // of a running daemon, for the client commands
  std::string ca_file, cert_file, key_file;   // of the client commands, over TLS
  bool insecure = false;                      // a daemon's certificate is not verified
  std::vector<std::string> names;             // probes, probe types, or what to wait for
  int count = 1;
  std::string junit;   // file
  std::string output;  // file, or "-"
  std::string since = "24h", timeout = "5m", stable = "0s";
  bool print = false, json = false, nagios = false, strict = false, markdown = false;
};

// The options, or the exit code where there is nothing more to do: 0 after --help or --version (on stdout), 2
// after an error in the arguments (on stderr).
std::variant<Options, int> parse(int argc, char** argv);

// Commands that ask a running daemon; they are a program of their own (answerback-client), so that the daemon
// carries no HTTP client library.
constexpr bool asks_a_daemon(Command c) {
  return c == Command::wait || c == Command::status || c == Command::report || c == Command::healthcheck ||
         c == Command::debug;
}

}  // namespace answerback::cli
