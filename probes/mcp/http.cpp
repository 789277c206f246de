#include "probes/mcp/http.h"

#include <algorithm>
#include <boost/system/system_error.hpp>

#include "model/text.h"
#include "net/http_stream.h"
#include "net/sse.h"
#include "probe/within.h"
#include "probes/mcp/response.h"
#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using Heard = std::expected<void, Failure>;

constexpr std::size_t session_cap = 1024;

// What a server of the older era answers to what it does not know is not foreseen anywhere, so any refusal
// counts; these are of who stands before it.
bool speaks_for_itself(unsigned status) {
  return status == 401 || status == 403 || status == 429 || (status >= 502 && status <= 504);
}

asio::awaitable<void> read_once(Run& run, net::HttpStream& stream, std::optional<Heard>& read) {
  read.emplace(co_await stream.read(run));
}

}  // namespace

McpOverHttp::McpOverHttp(Run& run, const net::Transport& transport, const Endpoint& endpoint,
                         const Secret& token, McpDialogue& dialogue)
    : run_(run),
      transport_(transport),
      endpoint_(endpoint),
      token_(token),
      dialogue_(dialogue),
      last_call_(last_call_of(run)) {
  if (!token.empty()) redactor_.add(token.reveal());
  for (const Secret& secret : endpoint.secrets) redactor_.add(secret.reveal());
}

Failure McpOverHttp::safe(Failure failure) const {
  failure.detail = redactor_.taken_out_of(std::move(failure.detail));
  return failure;
}

net::Headers McpOverHttp::headers() const {
  net::Headers all{{"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}};
  if (!session_.empty()) all.emplace_back("Mcp-Session-Id", session_);
  return all;
}

asio::awaitable<Heard> McpOverHttp::talk() {
  while (const auto out = dialogue_.next())
    if (Heard heard = co_await exchange(*out); !heard)
      co_return std::unexpected(safe(std::move(heard).error()));
  co_return Heard();
}

asio::awaitable<Heard> McpOverHttp::exchange(const McpOut& out) {
  auto stream = co_await net::HttpStream::connect(run_, transport_, endpoint_.url, endpoint_.tls,
                                                  {.body_bytes = mcp_stream_cap});
  if (!stream) co_return std::unexpected(std::move(stream).error());
  net::Headers protocol = headers();
  protocol.insert(protocol.end(), out.headers.begin(), out.headers.end());
  net::HttpRequest request = request_to(endpoint_, "POST", protocol, token_);
  request.body = out.text;
  run_.enter(out.phase);
  run_.phases.note(out.method);
  run_.frame("sent", redactor_.taken_out_of("POST " + without_query(endpoint_.url) + "\n\n" + out.text));
  if (auto sent = co_await stream->send(run_, request); !sent) co_return sent;
  co_return co_await listen(*stream, out);
}

// Reads until the answer has come, or no answer can come any more.
asio::awaitable<Heard> McpOverHttp::listen(net::HttpStream& stream, const McpOut& out) {
  const Steady now = run_.clock.now();
  const Steady patience = dialogue_.may_be_older() ? now + (last_call_ - now) / 3 : Steady::max();
  net::SseReader events(mcp_message_cap);
  net::HttpResponse response;  // once the head has come; without the body of a stream
  bool met = false, streams = false;
  for (;;) {
    std::optional<Heard> read;
    if (patience == Steady::max())
      read.emplace(co_await stream.read(run_));
    else
      co_await within(run_.clock, patience, read_once(run_, stream, read));
    if (!met && stream.head()) {
      met = true;
      response = *stream.head();
      streams = is_success(response) && streams_events(response);
      run_.frame("received", redactor_.taken_out_of(head_evidence(response)));
      if (Heard good = meet(response); !good) co_return good;
    }
    const std::string piece = stream.take();
    if (streams) {
      Heard heard;
      const auto state = events.feed(piece, [&](const net::SseEvent& event) {
        if (event.data.empty()) return true;  // only there for its id
        const std::string text = redactor_.taken_out_of(event.data);
        heard = dialogue_.take(text);
        if (!dialogue_.waiting() || !heard) run_.frame("received", text);
        return heard && dialogue_.waiting();
      });
      if (!heard) co_return heard;
      if (state == net::SseReader::State::too_large)
        co_return std::unexpected(Failure{Reason::too_large, "an event of the stream is over the cap of " +
                                                                 std::to_string(mcp_message_cap) + " bytes"});
      co_await say_asides();
    } else {
      response.body += piece;
      if (response.body.size() > mcp_message_cap)
        co_return std::unexpected(Failure{Reason::too_large, "the answer is over the cap of " +
                                                                 std::to_string(mcp_message_cap) + " bytes"});
    }
    if (streams && !dialogue_.waiting()) co_return Heard();
    if (read && !*read) {  // a status that says no is the word of the server, however the connection ended
      if (met && !is_success(response)) co_return conclude(std::move(response), out);
      co_return *std::move(read);
    }
    if (!read) {
      dialogue_.older("server/discover was not answered in time");
      co_return Heard();
    }
    if (stream.complete() && !streams) co_return conclude(std::move(response), out);
    if (stream.complete()) break;
  }
  if (!out.answered) co_return Heard();
  if (dialogue_.may_be_older()) {
    dialogue_.older("the stream ended without an answer to server/discover");
    co_return Heard();
  }
  co_return std::unexpected(
      Failure{Reason::truncated, "the stream ended without the answer to " + out.method});
}

// Its name is what a session is ended by, so it is taken with the head: the answer may never come.
Heard McpOverHttp::meet(const net::HttpResponse& head) {
  const std::string* id = net::find_header(head.headers, "mcp-session-id");
  if (!id || !session_.empty() || !is_success(head)) return {};
  const auto visible = [](char c) { return c > 0x20 && c < 0x7f; };
  if (id->empty() || id->size() > session_cap || !std::ranges::all_of(*id, visible))
    return std::unexpected(Failure{Reason::protocol, "no name of a session: " + one_line(*id, 60)});
  session_ = *id;
  redactor_.add(session_);
  return {};
}

// A response that is no stream, whole.
Heard McpOverHttp::conclude(net::HttpResponse response, const McpOut& out) {
  response.body = redactor_.taken_out_of(std::move(response.body));
  if (!response.body.empty()) run_.frame("received", response.body);
  if (!is_success(response)) {
    if (speaks_for_itself(response.status)) return std::unexpected(refused_by(response, out.method));
    if (response.status == 404 && !session_.empty())
      return std::unexpected(Failure{Reason::status, "status 404 to " + out.method +
                                                         ": it does not know the session it has just opened "
                                                         "(several replicas, and no sticky sessions?)"});
    if (out.answered)
      if (auto refused = dialogue_.refused(response.body)) return *std::move(refused);
    return std::unexpected(refused_by(response, out.method));
  }
  if (!out.answered) return {};
  if (response.body.empty() || looks_like_html(response.body))
    return std::unexpected(Failure{Reason::protocol, "wanted the answer to " + out.method + ", got status " +
                                                         std::to_string(response.status) + " and " +
                                                         describe_body(response.body)});
  if (Heard heard = dialogue_.take(response.body); !heard) return heard;
  if (!dialogue_.waiting()) return {};
  return std::unexpected(Failure{
      Reason::protocol, "wanted the answer to " + out.method + ", got " + describe_body(response.body)});
}

// The server has asked something of us in between. Whatever becomes of the answer says nothing of the run: it
// has phases and evidence of its own.
asio::awaitable<void> McpOverHttp::say_asides() {
  while (const auto text = dialogue_.aside()) {
    Phases phases;
    Evidence evidence;
    Run aside{run_.clock, run_.deadline, phases, evidence, run_.id};
    net::Headers protocol = headers();
    protocol.emplace_back("MCP-Protocol-Version", dialogue_.version());
    net::HttpRequest request = request_to(endpoint_, "POST", protocol, token_);
    request.body = *text;
    run_.frame("sent", *text);
    co_await within(run_.clock, run_.clock.now() + 1s, net::fetch(aside, transport_, request));
  }
}

asio::awaitable<void> McpOverHttp::farewell() {
  if (session_.empty()) co_return;
  Phases phases;
  Evidence evidence;
  Run aside{run_.clock, run_.deadline, phases, evidence, run_.id};
  net::Headers protocol = headers();
  if (!dialogue_.version().empty()) protocol.emplace_back("MCP-Protocol-Version", dialogue_.version());
  const net::HttpRequest request = request_to(endpoint_, "DELETE", protocol, token_);
  std::string outcome = "no answer in time";
  try {
    const Duration left = run_.deadline - run_.clock.now();
    auto response = co_await within(run_.clock, run_.clock.now() + std::min<Duration>(left * 9 / 10, 1s),
                                    net::fetch(aside, transport_, request));
    if (response)
      outcome = *response ? "HTTP " + std::to_string((*response)->status) : (*response).error().detail;
  } catch (const boost::system::system_error&) {  // cancelled: the caller learns it at its next wait
  }
  run_.frame("sent", redactor_.taken_out_of("DELETE " + without_query(endpoint_.url) + "\n\n" + outcome));
}

}  // namespace answerback::probes
