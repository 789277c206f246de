// answerback-client: the commands that ask a running daemon. The daemon's own program hands them over.

#include <httplib.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <iostream>

#include "cli/options.h"
#include "cli/status.h"

namespace {

using namespace answerback;

struct Answer {
  int status = 0;
  std::string body, error;  // error: why there is no answer
};

Answer get(const std::string& url, const std::string& path, std::chrono::milliseconds limit) {
  httplib::Client client(url);
  if (!client.is_valid()) return {0, {}, "not a URL of the form http://host:port"};
  client.set_connection_timeout(limit);
  client.set_read_timeout(limit);
  const auto result = client.Get(path);
  if (!result) return {0, {}, httplib::to_string(result.error())};
  return {result->status, result->body, {}};
}

int healthcheck(const cli::Options& options) {
  const Answer answer = get(options.url, "/livez", std::chrono::seconds(3));
  if (answer.status == 200) {
    std::cout << "ok\n";
    return 0;
  }
  std::cout << options.url << ": " << (answer.error.empty() ? answer.body : answer.error) << '\n';
  return 1;
}

int status(const cli::Options& options) {
  const Answer answer = get(options.url, "/health", std::chrono::seconds(5));
  if (!answer.error.empty()) {
    std::cerr << "answerback: cannot reach " << options.url << ": " << answer.error
              << " (is the daemon running there? --url)\n";
    return 3;
  }
  const bool colour = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nullptr;
  return cli::print_status(answer.body, colour, std::cout, std::cerr);
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = cli::parse(argc, argv);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& options = std::get<cli::Options>(parsed);
  return options.command == cli::Command::healthcheck ? healthcheck(options) : status(options);
}
