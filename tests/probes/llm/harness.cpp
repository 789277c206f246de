#include "probes/llm/harness.h"

#include "probe/within.h"
#include "probes/llm/llm.h"

namespace answerback::probes {

asio::awaitable<void> MovedClock::sleep_until(Steady at) { return real_.sleep_until(at - moved_); }

std::unique_ptr<Alarm> MovedClock::alarm(std::function<void()>) { throw std::logic_error("no alarms here"); }

void LlmRig::configure(const std::string& base_url, const std::string& more) {
  std::string keys = "base_url: '" + base_url + "'\n    model: demo-1\n    api_key: demo-key";
  if (!more.empty()) keys += "\n    " + more;
  configure_with(keys);
}

void LlmRig::configure_with(const std::string& keys) {
  reading_ = std::make_unique<Reading>(keys);
  probe_ = llm.make(reading_->fields(), loop.services);
  reading_->fields().finish();
  EXPECT_TRUE(reading_->ok()) << reading_->text();
}

Seen LlmRig::run() { return run_until_late(std::chrono::seconds(10)); }

Seen LlmRig::run_until_late(Duration timeout) {
  Seen seen;
  Run run{clock, clock.now() + timeout, seen.phases, seen.evidence, RunId{{1}, {1}}};
  const auto result = test::finish(loop.io, within(loop.clock, loop.clock.now() + timeout, probe_->run(run)));
  seen.result = result ? *result : ProbeResult::fail(seen.phases.late(), "deadline");
  seen.phases.end(clock.now());
  return seen;
}

std::string told(const Seen& seen) {
  return std::string(name(seen.result.verdict)) + " " + std::string(seen.reason());
}

const Sample* sample(const Seen& seen, Measure measure) {
  const auto found = std::ranges::find(seen.evidence.samples(), measure, &Sample::measure);
  return found == seen.evidence.samples().end() ? nullptr : &*found;
}

std::string frames(const Seen& seen) {
  std::string all;
  for (const Frame& frame : seen.evidence.frames()) all += frame.label + ": " + frame.text + "\n";
  return all;
}

std::vector<std::string> phases_of(const Seen& seen) {
  std::vector<std::string> names;
  for (const PhaseTime& time : seen.phases.times()) names.emplace_back(name(time.phase));
  return names;
}

std::string stream_head() {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n";
}

std::string events(const std::vector<std::string>& data) {
  std::string text;
  for (const std::string& one : data) text += "data: " + one + "\n\n";
  return text;
}

std::string chunk(std::string_view content) {
  return R"({"object":"chat.completion.chunk","model":"demo-1","choices":[{"index":0,"delta":{"content":")" +
         std::string(content) + R"("},"finish_reason":null}]})";
}

std::string last_chunk(std::string_view finish_reason) {
  return R"({"object":"chat.completion.chunk","model":"demo-1","choices":[{"index":0,"delta":{},"finish_reason":")" +
         std::string(finish_reason) + R"("}]})";
}

test::Peer::Script streams(std::vector<std::string> data) {
  return [bytes = stream_head() + events(data)](test::Connection& c) -> asio::awaitable<void> {
    co_await c.read_http();
    co_await c.write(bytes);
  };
}

test::Peer::Script answers(unsigned status, std::string body, std::string headers) {
  const std::string bytes = "HTTP/1.1 " + std::to_string(status) +
                            " Status\r\nContent-Type: application/json\r\n" + headers +
                            "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  return [bytes](test::Connection& c) -> asio::awaitable<void> {
    co_await c.read_http();
    co_await c.write(bytes);
  };
}

}  // namespace answerback::probes
