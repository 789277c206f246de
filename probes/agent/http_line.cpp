#include "probes/agent/http_line.h"

#include <algorithm>
#include <array>
#include <boost/system/system_error.hpp>
#include <utility>

#include "credentials/credentials.h"
#include "net/http_stream.h"
#include "probe/within.h"
#include "probes/agent/http_request.h"
#include "probes/agent/reading.h"
#include "probes/shared/expect/body.h"
#include "probes/shared/expect/expect.h"
#include "probes/shared/platform/time.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t stream_cap = 16 * 1024 * 1024;  // of all that is sent, of which an event is kept
constexpr std::size_t event_cap = 256 * 1024;
constexpr std::size_t whole_cap = 1024 * 1024;  // of an answer that is no stream
constexpr std::size_t error_cap = 64 * 1024;    // the rest of an error page explains nothing more

bool is_event_stream(const net::HttpResponse& head) {
  const std::string* type = net::find_header(head.headers, "content-type");
  return type && type->starts_with("text/event-stream");
}

// A call whose answer is wanted whole.
asio::awaitable<std::expected<net::HttpResponse, Failure>> ask_whole(Run& run,
                                                                     const net::Transport& transport,
                                                                     net::HttpRequest request) {
  request.limits.body_bytes = whole_cap;
  auto response = co_await net::fetch(run, transport, request);
  if (!response) co_return std::unexpected(std::move(response).error());
  if (auto failure = judge(Expect{}, *response)) {
    failure->detail += ", to " + request.method + " " + without_query(request.url);
    co_return std::unexpected(*std::move(failure));
  }
  co_return response;
}

asio::awaitable<void> read_into(Run& run, net::HttpStream& stream,
                                std::optional<std::expected<void, Failure>>& read) {
  read.emplace(co_await stream.read(run));
}

class Line final : public AgentLine {
 public:
  Line(Run& run, const net::Transport& transport, const AgentHttpSettings& settings,
       std::unique_ptr<AgentCodec> codec, Secret token, std::span<const std::string> stages,
       Credentials& credentials)
      : run_(run),
        transport_(transport),
        settings_(settings),
        codec_(std::move(codec)),
        token_(std::move(token)),
        credentials_(credentials),
        reading_(run, *codec_, stages, secrets()),
        last_call_(last_call_of(run)) {}

  // What the protocol wants done first, and the connection.
  asio::awaitable<std::expected<void, Failure>> open() {
    if (const auto call = codec_->prelude()) {
      const net::HttpRequest request = request_of(settings_, *call, token_);
      run_.frame("sent", reading_.safe(request_evidence(request, *call)));
      auto response = co_await ask_whole(run_, transport_, request);
      if (!response) co_return std::unexpected(safe(std::move(response).error()));
      const std::string body = reading_.safe(std::move(response->body));
      run_.frame("received", head_evidence(*response) + "\n\n" + body);
      if (auto read = codec_->read_prelude(body); !read) co_return std::unexpected(std::move(read).error());
    }
    const Steady began = run_.clock.now();
    auto stream = co_await net::HttpStream::connect(run_, transport_, settings_.url, settings_.tls,
                                                    {.body_bytes = stream_cap});
    if (!stream) co_return std::unexpected(std::move(stream).error());
    stream_ = *std::move(stream);
    connected_ = run_.clock.now() - began;
    co_return std::expected<void, Failure>();
  }

  std::span<const std::string> forms() const override { return forms_; }
  asio::awaitable<std::expected<void, Failure>> ask(std::size_t, const std::string& question) override {
    const AgentCall call = codec_->call(question);
    const net::HttpRequest request = request_of(settings_, call, token_);
    run_.frame("sent", reading_.safe(request_evidence(request, call)));
    asked_ = run_.clock.now();
    co_return co_await stream_->send(run_, request);
  }

  asio::awaitable<std::expected<std::optional<Arrival>, Failure>> next(Steady until) override {
    for (;;) {
      if (auto ready = reading_.next(until)) co_return *std::move(ready);
      if (run_.clock.now() >= until) break;
      std::optional<std::expected<void, Failure>> read;
      co_await within(run_.clock, until, read_into(run_, *stream_, read));
      take();
      if (read && !*read)
        broken(std::move(*read).error());
      else if (stream_->complete())
        complete();
    }
    if (no_answer()) {  // what is still to come would not make it one
      complete();
      if (auto ready = reading_.next(Steady::max())) co_return *std::move(ready);
    }
    co_return std::nullopt;
  }

  asio::awaitable<void> close() override {
    stream_.reset();
    const auto call = codec_->farewell();
    if (!call) co_return;
    // Whatever becomes of it says nothing of the run: it has phases and evidence of its own.
    Phases phases;
    Evidence evidence;
    Run aside{run_.clock, run_.deadline, phases, evidence, run_.id};
    const net::HttpRequest request = request_of(settings_, *call, token_);
    std::string outcome = "no answer in time";
    try {
      const Duration left = run_.deadline - run_.clock.now();
      auto response = co_await within(run_.clock, run_.clock.now() + std::min<Duration>(left * 9 / 10, 1s),
                                      ask_whole(aside, transport_, request));
      if (response) outcome = *response ? "done" : safe((*response).error()).detail;
    } catch (const boost::system::system_error&) {  // cancelled: the caller learns it at its next wait
    }
    run_.frame("sent", reading_.safe(request_evidence(request, *call)) + "\n\n" + outcome);
  }

  Steady last_call() const override { return last_call_; }
  std::string opened() const override {
    std::string text = "connected in " + spoken(connected_);
    if (const net::HttpResponse* head = stream_ ? stream_->head() : nullptr)
      text += ", status " + std::to_string(head->status) + " in " + spoken(head_at_ - asked_);
    return text;
  }
  std::string user_id() const override { return {}; }
  std::string degraded() const override { return {}; }
  std::optional<ProbeResult> warning() const override { return codec_->warning(); }

 private:
  std::vector<Secret> secrets() const {
    std::vector<Secret> all = settings_.secrets;
    if (!token_.empty()) all.push_back(token_);
    return all;
  }
  Failure safe(Failure failure) const {
    failure.detail = reading_.safe(std::move(failure.detail));
    return failure;
  }
  bool accepted() const { return stream_->head() && stream_->head()->status / 100 == 2; }

  bool no_answer() const {
    if (!stream_->head() || streams_) return false;
    return !accepted() || (!body_.empty() && (codec_->wants_stream() || looks_like_html(body_)));
  }

  void take() {
    const net::HttpResponse* head = stream_->head();
    if (!head) return;
    if (head_at_ == Steady()) {
      head_at_ = run_.clock.now();
      streams_ = accepted() && is_event_stream(*head);
      run_.frame("received", reading_.safe(head_evidence(*head)));
      if (auto failure = encoded(*head); failure && accepted()) reading_.fail(*std::move(failure));
    }
    const std::string piece = stream_->take();
    if (streams_) {
      const auto state = events_.feed(piece, [this](const net::SseEvent& event) {
        reading_.take(event);
        return !reading_.ended();
      });
      if (state == net::SseReader::State::too_large) too_large("an event of the stream", event_cap);
      return;
    }
    body_ += piece;
    if (!accepted() && body_.size() >= error_cap) complete();
    if (body_.size() > whole_cap) too_large("the answer", whole_cap);
  }

  void too_large(std::string_view what, std::size_t cap) {
    reading_.fail(
        {Reason::too_large, std::string(what) + " is over the cap of " + std::to_string(cap) + " bytes"});
  }

  // The response has ended, or enough of it is known.
  void complete() {
    if (!streams_) {
      net::HttpResponse response = *stream_->head();
      response.body = reading_.safe(std::exchange(body_, {}));
      if (auto failure = judge(Expect{}, response)) {
        if (failure->reason == Reason::auth)  // then the next run has another token
          credentials_.refused(run_, settings_.credentials, token_.reveal());
        if (!response.body.empty()) run_.frame("body", response.body);
        reading_.fail(*std::move(failure));
      } else if (looks_like_html(response.body)) {
        run_.frame("body", response.body);
        reading_.fail({Reason::protocol, "wanted an answer, got " + describe_body(response.body)});
      } else {
        reading_.take_whole(std::move(response.body));
      }
    }
    reading_.end();
  }

  // A status that says no is the word of the server, however the connection ended then.
  void broken(Failure failure) {
    if (stream_->head() && !accepted()) complete();
    reading_.fail(std::move(failure));
  }

  Run& run_;
  net::Transport transport_;
  const AgentHttpSettings& settings_;
  std::unique_ptr<AgentCodec> codec_;
  Secret token_;
  Credentials& credentials_;
  AgentReading reading_;
  Steady last_call_, asked_{}, head_at_{};
  Duration connected_{};
  std::array<std::string, 1> forms_{"the request"};
  std::optional<net::HttpStream> stream_;
  net::SseReader events_{event_cap};
  std::string body_;  // of a response that is no stream
  bool streams_ = false;
};

class Dialect final : public AgentDialect {
 public:
  Dialect(AgentHttpSettings settings, MakeCodec make, std::span<const std::string_view> stages)
      : settings_(std::move(settings)), make_(std::move(make)), stages_(stages) {}

  std::span<const std::string_view> chain() const override { return stages_; }
  bool whole() const override { return !make_({})->wants_stream(); }

  asio::awaitable<std::expected<std::unique_ptr<AgentLine>, Failure>> open(
      Run& run, Services& services, std::span<const std::string> stages) const override {
    auto token = co_await token_for(run, services, settings_);
    if (!token) co_return std::unexpected(std::move(token).error());
    auto line = std::make_unique<Line>(run, net::Transport{services.dns, services.tls, services.proxies},
                                       settings_, make_(draw_ids(services.random)), *std::move(token), stages,
                                       services.credentials);
    // With time left for the farewell: what was asked for may have been made.
    auto opened = co_await within(run.clock, line->last_call(), line->open());
    if (opened && *opened) co_return line;
    Failure failure =
        opened ? std::move(*opened).error() : Failure{run.phases.late(), "not ready to be asked in time"};
    co_await line->close();
    co_return std::unexpected(std::move(failure));
  }

 private:
  AgentHttpSettings settings_;
  MakeCodec make_;
  std::span<const std::string_view> stages_;
};

}  // namespace

std::unique_ptr<const AgentDialect> agent_over_http(AgentHttpSettings settings, MakeCodec make,
                                                    std::span<const std::string_view> stages) {
  return std::make_unique<Dialect>(std::move(settings), std::move(make), stages);
}

}  // namespace answerback::probes
