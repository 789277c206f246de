#include "probes/llm_receive.h"

#include <utility>

#include "probes/expect_body.h"

namespace answerback::probes {
namespace {

bool is_event_stream(const net::HttpResponse& head) {
  const std::string* type = net::find_header(head.headers, "content-type");
  return type && type->starts_with("text/event-stream");
}

}  // namespace

net::BodySink LlmReceiver::sink() {
  return {.on_head = [this](const net::HttpResponse& head) { return on_head(head); },
          .on_data = [this](std::string_view piece) { return on_data(piece); }};
}

bool LlmReceiver::on_head(const net::HttpResponse& head) {
  head_ = head;
  accepted_ = head.status / 100 == 2;
  streamed_ = accepted_ && is_event_stream(head);
  if (streamed_) run_.enter(Phase::first_token);
  return true;
}

bool LlmReceiver::on_data(std::string_view piece) {
  body_bytes_ += piece.size();
  if (!accepted_) {
    head_.body += piece;
    return head_.body.size() < error_cap;  // the rest of an error page explains nothing more
  }
  if (body_bytes_ > body_cap) return too_large("the answer", body_cap);
  if (!streamed_) {
    head_.body += piece;
    return true;
  }
  const auto state = reader_.feed(piece, [this](const net::SseEvent& event) { return on_event(event); });
  if (state == net::SseReader::State::too_large) return too_large("an event of the stream", event_cap);
  return state == net::SseReader::State::more;
}

bool LlmReceiver::too_large(std::string_view what, std::size_t cap) {
  answer_.error =
      Failure{Reason::too_large, std::string(what) + " is over the cap of " + std::to_string(cap) + " bytes"};
  return false;
}

bool LlmReceiver::on_event(const net::SseEvent& event) {
  const net::SseEvent safe{.type = event.type, .data = secrets_.taken_out_of(event.data), .id = event.id};
  LlmPiece piece = provider_.read_event(safe);
  const bool first = !piece.content.empty() && !answer_.first;
  if (first) {
    run_.enter(Phase::stream);
    run_.frame("received", piece.content);
  }
  if (piece.error) run_.frame("received", safe.data);
  answer_.add(std::move(piece), run_.clock.now());
  return !answer_.error && !answer_.end;
}

std::expected<LlmAnswer, Failure> LlmReceiver::finish(std::expected<net::HttpResponse, Failure> response) {
  head_.body = secrets_.taken_out_of(std::move(head_.body));
  if (response) head_.url = response->url;
  if (head_.status != 0 && !accepted_) return std::unexpected(provider_.read_error(head_));
  // An answer that has said how it ended is judged by that, however the connection ended then.
  const bool told = answer_.error || answer_.terminated();
  if (!response && !told) {
    if (!answer_.text.empty()) run_.frame("received", answer_.text);
    return std::unexpected(std::move(response).error());
  }
  if (!streamed_ && !answer_.error) {
    LlmPiece piece = provider_.read_whole(head_.body);
    run_.frame("received", piece.error ? head_.body : piece.content);
    answer_.add(std::move(piece), run_.clock.now());
    answer_.first.reset();  // it came all at once: there is no first token to speak of
  }
  return std::move(answer_);
}

}  // namespace answerback::probes
