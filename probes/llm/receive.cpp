#include "probes/llm/receive.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "probes/shared/endpoint.h"
#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

// The media type without its parameters, in lower case.
std::string media_type(const net::HttpResponse& head) {
  const std::string* type = net::find_header(head.headers, "content-type");
  std::string name = type ? type->substr(0, type->find_first_of("; ")) : "";
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return name;
}

constexpr std::size_t enough_to_tell = 6;

bool begins_events(std::string_view body) {
  if (body.starts_with("\xEF\xBB\xBF")) return true;
  return std::ranges::any_of(std::initializer_list<std::string_view>{"data:", "event:", ":"},
                             [&](std::string_view field) { return body.starts_with(field); });
}

}  // namespace

net::BodySink LlmReceiver::sink() {
  return {.on_head = [this](const net::HttpResponse& head) { return on_head(head); },
          .on_data = [this](std::string_view piece) { return on_data(piece); }};
}

bool LlmReceiver::on_head(const net::HttpResponse& head) {
  head_ = head;
  accepted_ = head.status / 100 == 2;
  if (!accepted_) return true;
  const std::string type = media_type(head);
  if (type == "text/event-stream") framing_ = Framing::events;
  if (type == "application/x-ndjson" || type == "application/ndjson") framing_ = Framing::lines;
  if (streamed()) run_.enter(Phase::first_token);
  undecided_ = !streamed() && !type.ends_with("json");
  answer_.error = encoded(head);
  return !answer_.error;
}

bool LlmReceiver::on_data(std::string_view piece) {
  body_bytes_ += piece.size();
  if (!accepted_) {
    head_.body += piece;
    return head_.body.size() < error_cap;  // the rest of an error page explains nothing more
  }
  if (body_bytes_ > body_cap) return too_large("the answer", body_cap);
  if (undecided_) return on_start(piece);
  if (framing_ == Framing::whole) {
    head_.body += piece;
    return true;
  }
  if (framing_ == Framing::lines) {
    const auto state = lines_.feed(piece, [this](std::string_view line) { return on_line(line); });
    if (state == net::NdjsonReader::State::too_large) return too_large("a line of the stream", event_cap);
    return state == net::NdjsonReader::State::more;
  }
  return on_events(piece);
}

bool LlmReceiver::on_start(std::string_view piece) {
  head_.body += piece;
  if (head_.body.size() < enough_to_tell) return true;
  undecided_ = false;
  if (!begins_events(head_.body)) return true;
  framing_ = Framing::events;
  run_.enter(Phase::first_token);
  return on_events(std::exchange(head_.body, {}));
}

bool LlmReceiver::on_events(std::string_view piece) {
  const auto state = events_.feed(piece, [this](const net::SseEvent& event) { return on_event(event); });
  if (state == net::SseReader::State::too_large) return too_large("an event of the stream", event_cap);
  return state == net::SseReader::State::more;
}

bool LlmReceiver::too_large(std::string_view what, std::size_t cap) {
  answer_.error =
      Failure{Reason::too_large, std::string(what) + " is over the cap of " + std::to_string(cap) + " bytes"};
  return false;
}

bool LlmReceiver::on_line(std::string_view line) {
  return on_event({.type = {}, .data = std::string(line), .id = {}});
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

// The connection has ended; `well`: a last line without its end was meant as it is.
void LlmReceiver::end_of_stream(bool well) {
  if (well && framing_ == Framing::lines && !answer_.error && !answer_.end)
    lines_.end([this](std::string_view line) { return on_line(line); });
  if (provider_.finish_is_end() && answer_.finish != LlmFinish::unsaid) answer_.end = true;
}

std::expected<LlmAnswer, Failure> LlmReceiver::finish(std::expected<net::HttpResponse, Failure> response) {
  head_.body = secrets_.taken_out_of(std::move(head_.body));
  if (response) head_.url = response->url;
  if (head_.status != 0 && !accepted_) return std::unexpected(provider_.read_error(head_));
  end_of_stream(response.has_value());
  // An answer that has said how it ended is judged by that, however the connection ended then.
  if (!response && !answer_.error && !answer_.end) {
    if (!answer_.text.empty()) run_.frame("received", answer_.text);
    return std::unexpected(std::move(response).error());
  }
  if (!streamed() && !answer_.error) {
    LlmPiece piece = provider_.read_whole(head_.body);
    run_.frame("received", piece.error ? head_.body : piece.content);
    answer_.add(std::move(piece), run_.clock.now());
    answer_.first.reset();  // it came all at once: there is no first token to speak of
  }
  return answer_;
}

}  // namespace answerback::probes
