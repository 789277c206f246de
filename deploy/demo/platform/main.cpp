// answerback-demo-platform: the platform as a program.

#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/system/system_error.hpp>
#include <iostream>

#include "platform/platform.h"

namespace {

void take_all_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Milliseconds as a plain number.
void add_milliseconds(CLI::App& app, const std::string& flag, std::chrono::milliseconds& value,
                      const std::string& help) {
  app.add_option_function<unsigned>(
      flag, [&value](const unsigned& given) { value = std::chrono::milliseconds(given); },
      help + " (milliseconds, " + std::to_string(value.count()) + ")");
}

}  // namespace

int main(int argc, char** argv) {
  demo::Options options;
  options.port = 8000;
  std::string shape = "data";
  CLI::App app("A small agent-chat platform with every failure on demand: GET /demo lists the switches.",
               "answerback-demo-platform");
  app.option_defaults()->always_capture_default();
  app.add_option("--address", options.address, "to listen on");
  app.add_option("--port", options.port, "to listen on; 0: any free one");
  app.add_option("--database", options.database, "PostgreSQL connection string or URI; empty: memory only")
      ->envname("DATABASE_URL");
  app.add_option("--jwt-secret", options.jwt_secret, "shared with whoever mints tokens")
      ->envname("JWT_SECRET");
  app.add_option("--audience", options.audience, "a token's aud");
  app.add_option("--password", options.password, "of every user, at /auth/login");
  app.add_option("--shape", shape, "of the agent's events")
      ->check(CLI::IsMember({"data", "payload", "flat", "carrier"}));
  app.add_option("--llm-url", options.llm_url,
                 "base of an OpenAI-compatible API, http only; empty: our own /v1");
  app.add_option("--llm-key", options.llm_key, "of that API, and of our own")->envname("LLM_API_KEY");
  app.add_option("--llm-model", options.llm_model, "asked of that API, and served by our own");
  app.add_option("--sockets-per-user", options.sockets_per_user, "WebSockets; 0: any number");
  app.add_option("--max-message", options.max_message, "bytes; longer messages are ignored");
  bool mock = false;
  app.add_flag("--mock-llm", mock, "a fake answers instead of the agent, as a test switch left on does")
      ->envname("USE_MOCK_LLM");
  add_milliseconds(app, "--event-gap", options.event_gap, "between two events of a run");
  add_milliseconds(app, "--llm-gap", options.llm_gap, "between two tokens");
  add_milliseconds(app, "--ping-every", options.ping_every, "between two pings of a socket");
  CLI11_PARSE(app, argc, argv);
  options.shape = *demo::shape_named(shape);

  take_all_descriptors();
  boost::asio::io_context context(1);
  demo::Platform platform(context, options);
  if (mock) platform.faults().cause(demo::Fault::canned);
  try {
    platform.start();
  } catch (const boost::system::system_error& error) {
    std::cerr << "answerback-demo-platform: " << options.address << ":" << options.port << ": "
              << error.code().message() << "\n";
    return 1;
  }
  std::cout << "http://" << platform.host() << "/demo" << std::endl;
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code&, int) {
    platform.stop();
    context.stop();
  });
  context.run();
  return 0;
}
