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
#include "cli/options.h"
#include "cli/status.h"
#include "cli/wait.h"
#include "model/duration.h"

namespace {

using namespace answerback;

constexpr int wrong_usage = 2, unreachable = 3;

// "http://host:port/prefix/": where the daemon is, and what stands before its paths.
std::pair<std::string, std::string> split(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  const std::size_t host = url.find("://");
  const std::size_t path = url.find('/', host == std::string::npos ? 0 : host + 3);
  if (path == std::string::npos) return {url, ""};
  return {url.substr(0, path), url.substr(path)};
}

std::string words(httplib::Error error) {
  if (error == httplib::Error::Connection) return "no connection (refused, or nobody is there)";
  if (error == httplib::Error::Read) return "connected, but no answer came";
  return httplib::to_string(error);
}

cli::Ask ask(const std::string& url, std::chrono::milliseconds limit) {
  return [limit, at = split(url)](const std::string& path) -> cli::Answer {
    httplib::Client client(at.first);
    if (!client.is_valid()) return {0, {}, "not a URL of the form http://host:port"};
    client.set_connection_timeout(limit);
    client.set_read_timeout(limit);
    const auto result = client.Get(at.second + path);
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
  std::cerr << "answerback: cannot reach " << options.url << ": " << answer.error
            << " (is the daemon running there? --url)\n";
  return unreachable;
}

int healthcheck(const cli::Options& options) {
  const cli::Answer answer = ask(options.url, std::chrono::seconds(3))("/livez");
  if (answer.status == 200) {
    std::cout << "ok\n";
    return 0;
  }
  std::cout << options.url << ": " << (answer.error.empty() ? answer.body : answer.error) << '\n';
  return 1;
}

int status(const cli::Options& options) {
  const cli::Answer answer = ask(options.url, std::chrono::seconds(5))("/health");
  if (!answer.error.empty()) return cannot_reach(options, answer);
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
  const cli::Answer answer = ask(options.url, std::chrono::seconds(10))(
      "/api/v1/report?format=" + format + "&since=" + cli::escaped(options.since));
  if (!answer.error.empty()) return cannot_reach(options, answer);
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
  const std::string text = cli::bundle(ask(options.url, std::chrono::seconds(10)), about(), now);
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
  return cli::wait_command(wanted, ask(options.url, std::chrono::seconds(2)), pace, std::cout, std::cerr);
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = cli::parse(argc, argv);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& options = std::get<cli::Options>(parsed);
  switch (options.command) {
    case cli::Command::healthcheck: return healthcheck(options);
    case cli::Command::status: return status(options);
    case cli::Command::report: return report(options);
    case cli::Command::wait: return wait(options);
    case cli::Command::debug: return debug(options);
    default: std::cerr << "answerback-client: this command is answerback's own\n"; return wrong_usage;
  }
}
