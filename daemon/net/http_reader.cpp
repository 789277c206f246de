#include "net/http_reader.h"

#include <algorithm>
#include <boost/beast/http/error.hpp>
#include <cstring>

namespace answerback::net {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t most_fields = 512;
constexpr int most_informational = 16;
constexpr std::size_t chunk_line_cap = 4096;  // size, extensions and trailers of a chunk
// Most answers to a probe fit the first read and so many fields, and both stay below the 1,008 bytes from
// which on glibc tidies up all of its small blocks first.
constexpr std::size_t head_read = 960, body_read = 16 * 1024;
constexpr std::size_t usual_fields = 12;
// The shortest end of a chunked body is "0\r\n\r\n". Beast asserts, instead of asking for more, when it is
// given less of it.
constexpr std::size_t least_chunk = 5;

std::string bytes(std::uint64_t count) { return std::to_string(count) + " bytes"; }

}  // namespace

ResponseParser::ResponseParser(HttpResponse& response, BodySink* sink, const HttpLimits& limits,
                               bool bodyless)
    : response_(response), sink_(sink) {
  header_limit(static_cast<std::uint32_t>(limits.header_bytes));
  body_limit(limits.body_bytes);
  skip(bodyless);
}

void ResponseParser::on_response_impl(int code, Text, int version, Error& error) {
  if (code < 100) error = http::error::bad_status;
  response_.version = static_cast<unsigned>(version);
  response_.status = static_cast<unsigned>(code);
}

void ResponseParser::on_field_impl(Field field, Text name, Text value, Error& error) {
  if (!in_head_) return;  // a trailer
  if (response_.headers.size() == most_fields) {
    error = http::error::header_limit;
    return;
  }
  has_length_ |= field == Field::content_length;
  has_coding_ |= field == Field::transfer_encoding;
  if (response_.headers.empty()) response_.headers.reserve(usual_fields);
  response_.headers.emplace_back(name, value);
}

void ResponseParser::on_header_impl(Error& error) {
  in_head_ = false;
  if (has_length_ && has_coding_) {
    error = http::error::bad_transfer_encoding;
  } else if (sink_ && response_.status / 100 != 1 && sink_->on_head && !sink_->on_head(response_)) {
    stopped_ = true;
  }
}

void ResponseParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) {
  if (length && !sink_) response_.body.reserve(static_cast<std::size_t>(*length));  // within the limit by now
}

std::size_t ResponseParser::on_body_impl(Text piece, Error&) {
  body_bytes_ += piece.size();
  if (!sink_) {
    response_.body.append(piece.data(), piece.size());
  } else if (!stopped_ && sink_->on_data && !sink_->on_data({piece.data(), piece.size()})) {
    stopped_ = true;
  }
  return piece.size();
}

ResponseReader::ResponseReader(BodySink* sink, const HttpLimits& limits, bool bodyless)
    : sink_(sink), limits_(limits), bodyless_(bodyless) {
  parser_.emplace(response_, sink_, limits_, bodyless_);
}

boost::asio::mutable_buffer ResponseReader::space() {
  return buffer_.prepare(parser_->is_header_done() ? body_read : head_read);
}

ResponseReader::State ResponseReader::feed(std::size_t count) {
  buffer_.commit(count);
  bytes_ += count;
  if (head_bytes_ == 0) {
    const auto data = buffer_.cdata();
    first_size_ = static_cast<std::uint8_t>(std::min(data.size(), first_.size()));
    std::memcpy(first_.data(), data.data(), first_size_);
    if (!may_be_http()) return fail(http::error::bad_version);
  }
  while (buffer_.size() > 0 && !too_little_to_parse()) {
    const bool in_head = !parser_->is_header_done();
    if (first_line_) complete_status_line();
    error_code error;
    const std::size_t used = parser_->put(buffer_.data(), error);
    buffer_.consume(used);
    if (in_head) head_bytes_ += used;
    first_line_ = first_line_ && used == 0;
    if (error == http::error::need_more) return need_more();
    if (error) return fail(error);
    if (parser_->stopped()) return State::complete;
    if (!parser_->is_done()) continue;
    if (response_.status / 100 != 1 || response_.status == 101) return State::complete;
    if (++informational_ > most_informational)
      return fail(Reason::protocol,
                  "more than " + std::to_string(most_informational) + " informational responses");
    response_ = {};
    parser_.emplace(response_, sink_, limits_, bodyless_);
    first_line_ = true;
  }
  return State::more;
}

// "HTTP/1.1 200", and the line ends: a space is missing (RFC 9112 4), which Beast minds and no client does
// (curl, Go, Node.js, Python).
void ResponseReader::complete_status_line() {
  constexpr std::size_t whole = std::string_view("HTTP/1.1 200").size();
  const std::string_view seen(static_cast<const char*>(buffer_.cdata().data()), buffer_.size());
  if (seen.size() <= whole || seen[whole] != '\r') return;
  buffer_.prepare(1);
  buffer_.commit(1);
  char* const text = static_cast<char*>(buffer_.data().data());
  std::memmove(text + whole + 1, text + whole, buffer_.size() - whole - 1);
  text[whole] = ' ';
}

// Beast forgets what it has consumed when it compares with its limits, so they are held here.
ResponseReader::State ResponseReader::need_more() {
  if (!parser_->is_header_done()) {
    if (head_bytes_ + buffer_.size() < limits_.header_bytes) return State::more;
    return fail(http::error::header_limit);
  }
  if (buffer_.size() < chunk_line_cap) return State::more;
  return fail(Reason::protocol, "the head of a chunk is longer than " + bytes(chunk_line_cap));
}

bool ResponseReader::too_little_to_parse() const {
  return parser_->is_header_done() && parser_->chunked() && buffer_.size() < least_chunk;
}

ResponseReader::State ResponseReader::end(bool clean, std::string_view how) {
  const std::string who(how);
  if (!began()) return fail(Reason::truncated, who + " without answering");
  if (!parser_->is_header_done())
    return fail(Reason::truncated, who + " in the middle of the response's header");
  const std::string after = who + " after " + bytes(body_bytes());
  if (parser_->chunked()) return fail(Reason::truncated, after + " of body, before its last chunk");
  if (const auto length = parser_->content_length())
    return fail(Reason::truncated, after + " of a body of " + bytes(*length));
  if (!clean) return fail(Reason::truncated, after + " of a body whose end cannot be told");
  return State::complete;
}

ResponseReader::State ResponseReader::fail(Reason reason, std::string detail) {
  failure_ = {reason, std::move(detail)};
  return State::failed;
}

ResponseReader::State ResponseReader::fail(const error_code& error) {
  if (error == http::error::header_limit)
    return fail(Reason::too_large, "the response's header is over the cap of " + bytes(limits_.header_bytes) +
                                       " or " + std::to_string(most_fields) + " fields");
  if (error == http::error::body_limit) {
    const auto length = parser_->content_length();
    return fail(Reason::too_large, "the body" + (length ? " of " + bytes(*length) : "") +
                                       " is over the cap of " + bytes(limits_.body_bytes));
  }
  std::string detail = "not a valid HTTP response (" + error.message() + ")";
  if (!parser_->is_header_done()) detail += ", it begins \"" + opening() + "\"";
  return fail(Reason::protocol, std::move(detail));
}

// Said at the first wrong byte: what speaks another protocol may wait for ever for us to speak it too.
bool ResponseReader::may_be_http() const {
  constexpr std::string_view start = "HTTP/";
  const auto data = buffer_.cdata();
  const std::size_t size = std::min(data.size(), start.size());
  return std::string_view(static_cast<const char*>(data.data()), size) == start.substr(0, size);
}

// The first line as far as it is there, safe to show.
std::string ResponseReader::opening() const {
  const std::string_view text(first_.data(), first_size_);
  std::string shown(text.substr(0, text.find_first_of("\r\n")));
  std::ranges::replace_if(shown, [](char c) { return c < ' ' || c > '~'; }, '.');
  return shown;
}

}  // namespace answerback::net
