// answerback-client: the commands that ask a running daemon. The daemon's own program hands them over.

#include <httplib.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <thread>

#include "cli/asking.h"
#include "cli/bundle.h"
#include "cli/ending.h"
#include "cli/options.h"
#include "cli/status.h"
#include "cli/wait.h"
#include "model/duration.h"

namespace {

using namespace answerback;

constexpr int wrong_usage = 2, unreachable = 3;

std::string words(httplib::Error error) {
  if (error == httplib::Error::Connection) return "no connection (refused, or nobody is there)";
  if (error == httplib::Error::Read)
    return "connected, but no answer came (does it speak TLS? --url https://…)";
  if (error == httplib::Error::SSLServerVerification)
    return "its certificate is not to be trusted (--tls.ca-file, or --tls.insecure-skip-verify)";
  if (error == httplib::Error::SSLConnection)
    return "no TLS with it (plain HTTP, or it wants a certificate: --tls.cert-file and --tls.key-file)";
  if (error == httplib::Error::SSLLoadingCerts)
    return "--tls.ca-file cannot be read, or holds no certificate";
  return httplib::to_string(error);
}

cli::Ask ask(const cli::Options& options, std::chrono::milliseconds limit) {
  return [&options, limit, at = cli::whereabouts(options.url)](const std::string& path) -> cli::Answer {
    if (std::string wrong = cli::flaw(at); !wrong.empty()) return {0, {}, std::move(wrong)};
    const std::string& key = options.key_file.empty() ? options.cert_file : options.key_file;
    httplib::Client client(at.origin, options.cert_file, key);
    if (!client.is_valid()) return {0, {}, "no such certificate or key, or they do not belong together"};
    client.set_connection_timeout(limit);
    client.set_read_timeout(limit);
    if (at.names_a_user) client.set_basic_auth(at.user, at.password);
    if (!options.ca_file.empty()) client.set_ca_cert_path(options.ca_file);
    client.enable_server_certificate_verification(!options.insecure);
    const auto result = client.Get(at.prefix + path);
    if (!result) return {0, {}, words(result.error())};
    return {result->status, result->body, {}};
  };
}

// What kind of place a descriptor writes to.
struct Terminal {
  explicit Terminal(int fd) {
    if (isatty(fd) != 1) return;
    const char* term = getenv("TERM");
    const char* no_colour = getenv("NO_COLOR");
    live = term != nullptr && std::string_view(term) != "dumb";
    colour = live && (no_colour == nullptr || *no_colour == '\0');
    winsize size{};
    if (ioctl(fd, TIOCGWINSZ, &size) == 0) width = size.ws_col;
  }
  bool live = false, colour = false;
  std::size_t width = 0;
};

int cannot_reach(const cli::Options& options, const cli::Answer& answer) {
  std::cerr << "answerback: cannot reach " << cli::whereabouts(options.url).shown() << ": " << answer.error
            << " (is the daemon running there? --url)\n";
  return unreachable;
}

// Says what the daemon wants of us before it answers; false where it wants nothing.
bool turned_away(const cli::Options& options, const cli::Answer& answer) {
  const cli::Whereabouts at = cli::whereabouts(options.url);
  const std::string what = cli::hint(answer, at);
  if (!what.empty())
    std::cerr << "answerback: " << at.shown() << ": HTTP " << answer.status << " (" << what << ")\n";
  return !what.empty();
}

int healthcheck(const cli::Options& options) {
  const cli::Answer answer = ask(options, std::chrono::seconds(3))("/livez");
  if (answer.status == 200) {
    std::cout << "ok\n";
    return 0;
  }
  if (turned_away(options, answer)) return 1;
  std::cout << cli::whereabouts(options.url).shown() << ": "
            << (answer.error.empty() ? answer.body : answer.error) << '\n';
  return 1;
}

int status(const cli::Options& options) {
  const cli::Answer answer = ask(options, std::chrono::seconds(5))("/health");
  if (!answer.error.empty()) return cannot_reach(options, answer);
  if (turned_away(options, answer)) return unreachable;
  if (options.json) {
    std::cout << answer.body << '\n';
    return cli::status_code(answer.body);
  }
  const Terminal terminal(STDOUT_FILENO);
  return cli::print_status(
      answer.body,
      {.colour = terminal.colour, .width = terminal.width, .now = std::chrono::system_clock::now()},
      std::cout, std::cerr);
}

int report(const cli::Options& options) {
  const std::string format = options.json ? "json" : "markdown";
  const cli::Answer answer = ask(options, std::chrono::seconds(10))("/api/v1/report?format=" + format +
                                                                    "&since=" + cli::escaped(options.since));
  if (!answer.error.empty()) return cannot_reach(options, answer);
  if (turned_away(options, answer)) return unreachable;
  if (answer.status == 200) {
    std::cout << answer.body << (options.json ? "\n" : "");
    return 0;
  }
  std::cerr << "answerback: " << answer.body;
  return answer.status == 400 ? wrong_usage : unreachable;
}

std::string about() {
  utsname host{};
  uname(&host);
  return std::string("answerback " ANSWERBACK_VERSION ", clang " __clang_version__ "\n") + host.sysname +
         ' ' + host.release + ' ' + host.machine + '\n';
}

int debug(const cli::Options& options) {
  const auto now = std::chrono::system_clock::now();
  const std::string text = cli::bundle(ask(options, std::chrono::seconds(10)), about(), now);
  if (options.output == "-") {
    std::cout << text;
    return 0;
  }
  const std::string file = options.output.empty() ? cli::bundle_file(now) : options.output;
  std::ofstream out(file, std::ios::trunc);
  out << text << std::flush;
  if (!out) {
    std::cerr << "answerback: cannot write " << file << ": " << std::strerror(errno) << '\n';
    return 1;
  }
  std::cout << file << '\n';
  return 0;
}

int wait(const cli::Options& options) {
  const auto timeout = parse_duration(options.timeout), stable = parse_duration(options.stable);
  for (const auto& [flag, text, parsed] :
       {std::tuple("--timeout", options.timeout, timeout), std::tuple("--stable", options.stable, stable)}) {
    if (parsed) continue;
    std::cerr << "answerback: " << flag << ": not a duration: \"" << text << "\" (" << parsed.error()
              << ")\n";
    return wrong_usage;
  }
  if (*stable >= *timeout && *stable > Duration()) {
    std::cerr << "answerback: --stable: " << options.stable << " can never be reached within --timeout "
              << options.timeout << '\n';
    return wrong_usage;
  }
  const Terminal terminal(STDERR_FILENO);
  const cli::WaitOptions wanted{
      .names = options.names,
      .terms = {.timeout = *timeout, .stable = *stable},
      .junit = options.junit,
      .style = {.live = terminal.live, .width = terminal.width, .colour = terminal.colour}};
  const cli::Pace pace{.now = [] { return std::chrono::steady_clock::now(); },
                       .sleep_until = [](Steady at) { std::this_thread::sleep_until(at); }};
  return cli::wait_command(wanted, ask(options, std::chrono::seconds(2)), pace, std::cout, std::cerr);
}

int run(const cli::Options& options) {
  switch (options.command) {
    case cli::Command::healthcheck: return healthcheck(options);
    case cli::Command::status: return status(options);
    case cli::Command::report: return report(options);
    case cli::Command::wait: return wait(options);
    case cli::Command::debug: return debug(options);
    default: std::cerr << "answerback-client: this command is answerback's own\n"; return wrong_usage;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = cli::parse(argc, argv);
  if (const int* code = std::get_if<int>(&parsed)) return cli::end_with(*code, 1);
  const auto& options = std::get<cli::Options>(parsed);
  return cli::end_with(run(options), cli::code_if_lost(options));
}
