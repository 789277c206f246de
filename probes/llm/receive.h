#pragma once
// An answer as it comes over the wire: a stream event by event or line by line, anything else as one body.
// What begins as an event stream is one, unless it is called JSON: clients do not look at its media type.
// Everything is capped.

#include <functional>
#include <string>
#include <string_view>

#include "net/http.h"
#include "net/ndjson.h"
#include "net/sse.h"
#include "probe/run.h"
#include "probes/llm/answer.h"
#include "probes/llm/provider.h"
#include "probes/llm/secrets.h"

namespace answerback::probes {

class LlmReceiver {
 public:
  static constexpr std::size_t event_cap = 256 * 1024;
  static constexpr std::size_t body_cap = 4 * 1024 * 1024;  // of a stream as of a body
  static constexpr std::size_t error_cap = 64 * 1024;       // kept of the body of an error

  // All must outlive it. Enters Phase::first_token with the header of a stream and Phase::stream with the
  // first content; keeps the first content, and whatever is an error, as frames.
  LlmReceiver(Run& run, const LlmProvider& provider, const LlmSecrets& secrets)
      : run_(run), provider_(provider), secrets_(secrets) {}
  LlmReceiver(const LlmReceiver&) = delete;
  LlmReceiver& operator=(const LlmReceiver&) = delete;

  // For a request without a limit of its own, so that an error counts whatever its size. Calls back here:
  // good as long as this is.
  net::BodySink sink();

  // The exchange is over; `response` is what fetch_stream gave. The answer, or why there is none.
  std::expected<LlmAnswer, Failure> finish(std::expected<net::HttpResponse, Failure> response);

  bool accepted() const { return accepted_; }  // the status was 2xx: the model was put to work
  bool streamed() const { return framing_ != Framing::whole; }
  const LlmAnswer& answer() const { return answer_; }  // what has come so far
  const net::HttpResponse& head() const {
    return head_;
  }  // with the body, once finished, where that is no stream

 private:
  bool on_head(const net::HttpResponse&);
  bool on_data(std::string_view piece);
  bool on_start(std::string_view piece);
  bool on_events(std::string_view piece);
  bool on_event(const net::SseEvent&);
  bool on_line(std::string_view line);
  void end_of_stream(bool well);
  bool too_large(std::string_view what, std::size_t cap);

  Run& run_;
  const LlmProvider& provider_;
  const LlmSecrets& secrets_;
  net::HttpResponse head_;
  net::SseReader events_{event_cap};
  net::NdjsonReader lines_{event_cap};
  LlmAnswer answer_;
  std::uint64_t body_bytes_ = 0;
  enum class Framing : std::uint8_t { whole, events, lines };
  Framing framing_ = Framing::whole;
  bool accepted_ = false, undecided_ = false;  // undecided: the body may yet turn out to be a stream
};

}  // namespace answerback::probes
