#include "probes/mcp/events.h"

#include "model/text.h"
#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

constexpr std::size_t address_cap = 2048;
constexpr std::size_t shortest_secret = 8;  // less would be found everywhere

}  // namespace

McpOverEvents::McpOverEvents(Run& run, const net::Transport& transport, const Endpoint& endpoint,
                             const Secret& token, McpDialogue& dialogue)
    : run_(run), transport_(transport), endpoint_(endpoint), token_(token), dialogue_(dialogue) {
  if (!token.empty()) redactor_.add(token.reveal());
  for (const Secret& secret : endpoint.secrets) redactor_.add(secret.reveal());
}

Failure McpOverEvents::safe(Failure failure) const {
  failure.detail = redactor_.taken_out_of(std::move(failure.detail));
  return failure;
}

asio::awaitable<McpOverEvents::Heard> McpOverEvents::talk() {
  Heard heard = co_await open();
  while (heard && !dialogue_.over()) {
    const auto out = dialogue_.next();
    if (!out) break;
    run_.enter(out->phase);
    run_.phases.note(out->method);
    heard = co_await post(out->text, out->method);
    while (heard && out->answered && dialogue_.waiting()) {
      heard = co_await listen("the answer to " + out->method);
      if (heard) heard = co_await say_asides();
    }
  }
  if (!heard) co_return std::unexpected(safe(std::move(heard).error()));
  co_return heard;
}

asio::awaitable<McpOverEvents::Heard> McpOverEvents::open() {
  auto stream = co_await net::HttpStream::connect(run_, transport_, endpoint_.url, endpoint_.tls,
                                                  {.body_bytes = mcp_stream_cap});
  if (!stream) co_return std::unexpected(std::move(stream).error());
  stream_ = *std::move(stream);
  run_.enter(Phase::discovery);
  run_.phases.note("waiting for the endpoint");
  run_.frame("sent", "GET " + without_query(endpoint_.url));
  const auto request = request_to(endpoint_, "GET", {{"Accept", "text/event-stream"}}, token_);
  if (Heard sent = co_await stream_->send(run_, request); !sent) co_return sent;
  while (!stream_->head())
    if (Heard read = co_await stream_->read(run_); !read) co_return read;
  const net::HttpResponse& head = *stream_->head();
  run_.frame("received", redactor_.taken_out_of(head_evidence(head)));
  if (!is_success(head)) co_return std::unexpected(refused_by(head, "the GET that opens the stream"));
  if (!streams_events(head))
    co_return std::unexpected(Failure{Reason::protocol, "wanted a stream of events, got status " +
                                                            std::to_string(head.status) +
                                                            " and a document: is transport: http meant?"});
  while (!messages_)
    if (Heard heard = co_await listen("the endpoint"); !heard) co_return heard;
  co_return Heard();
}

// How the POST fares has phases of its own; what comes of the message is told by the stream.
asio::awaitable<McpOverEvents::Heard> McpOverEvents::post(std::string text, std::string what) {
  Phases phases;
  Evidence evidence;
  Run aside{run_.clock, run_.deadline, phases, evidence, run_.id};
  net::HttpRequest request = request_to(*messages_, "POST", {{"Content-Type", "application/json"}}, token_);
  run_.frame("sent", redactor_.taken_out_of("POST " + without_query(messages_->url) + "\n\n" + text));
  request.body = std::move(text);
  const auto response = co_await net::fetch(aside, transport_, request);
  if (!response) {
    Failure failure = response.error();
    failure.detail += ", posting " + what;
    co_return std::unexpected(std::move(failure));
  }
  if (is_success(*response)) co_return Heard();
  if (!response->body.empty()) run_.frame("received", redactor_.taken_out_of(response->body));
  co_return std::unexpected(refused_by(*response, what));
}

// The server has asked something of us in between.
asio::awaitable<McpOverEvents::Heard> McpOverEvents::say_asides() {
  while (auto text = dialogue_.aside())
    if (Heard said = co_await post(*std::move(text), "an answer of ours"); !said) co_return said;
  co_return Heard();
}

asio::awaitable<McpOverEvents::Heard> McpOverEvents::listen(std::string_view what) {
  const bool had_address = messages_.has_value();
  for (bool news = false; !news;) {
    std::string piece = stream_->take();
    if (piece.empty()) {
      if (stream_->complete())
        co_return std::unexpected(
            Failure{Reason::truncated, "the stream ended without " + std::string(what)});
      Heard read = co_await stream_->read(run_);
      piece = stream_->take();
      if (!read && piece.empty()) co_return read;
    }
    Heard heard;
    const auto state = events_.feed(piece, [&](const net::SseEvent& event) {
      if (heard) heard = take(event);
      return heard.has_value();
    });
    if (!heard) co_return heard;
    if (state == net::SseReader::State::too_large)
      co_return std::unexpected(Failure{Reason::too_large, "an event of the stream is over the cap of " +
                                                               std::to_string(mcp_message_cap) + " bytes"});
    news = had_address || messages_;
  }
  co_return Heard();
}

McpOverEvents::Heard McpOverEvents::take(const net::SseEvent& event) {
  const bool is_address = event.type == "endpoint";
  if (!messages_ && is_address) return meet(event.data);
  if (!messages_ && !event.data.empty())
    return std::unexpected(
        Failure{Reason::protocol, "the first event is no endpoint, but \"" +
                                      one_line(event.type.empty() ? "message" : event.type, 40) + "\""});
  if (is_address || event.data.empty()) return {};
  const std::string text = redactor_.taken_out_of(event.data);
  Heard heard = dialogue_.take(text);
  if (!dialogue_.waiting() || !heard) run_.frame("received", text);
  return heard;
}

// Its query names the session. Our token goes nowhere but to the origin it is for.
McpOverEvents::Heard McpOverEvents::meet(std::string_view address) {
  auto url = net::resolve_reference(endpoint_.url, std::string(address.substr(0, address_cap)));
  if (!url || address.size() > address_cap)
    return std::unexpected(
        Failure{Reason::protocol, "its endpoint is no address: " + one_line(address, 100)});
  const std::size_t query = url->target.find('?');
  if (query != std::string::npos && url->target.size() - query > shortest_secret)
    redactor_.add(url->target.substr(query + 1));
  if (!url->same_origin(endpoint_.url))
    return std::unexpected(Failure{
        Reason::protocol, "its endpoint is of another origin: " + one_line(without_query(*url), 200)});
  messages_ = endpoint_;
  messages_->url = *std::move(url);
  return {};
}

asio::awaitable<void> McpOverEvents::farewell() {
  stream_.reset();
  co_return;
}

}  // namespace answerback::probes
