#pragma once
// A response, read from bytes as they come, in pieces of any size. Everything the peer can make us keep is
// capped. Beast's parser is the only reader of HTTP; what it leaves open is decided here.

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/result.h"
#include "net/http.h"

namespace answerback::net {

// What came of the bytes: fields and body go into a response or a sink.
class ResponseParser final : public boost::beast::http::basic_parser<false> {
 public:
  ResponseParser(HttpResponse& response, BodySink* sink, const HttpLimits& limits, bool bodyless);

  bool stopped() const { return stopped_; }  // by the sink
  std::uint64_t body_bytes() const { return body_bytes_; }

 private:
  using Error = boost::system::error_code;
  using Text = boost::beast::string_view;
  using Field = boost::beast::http::field;
  using Verb = boost::beast::http::verb;
  void on_request_impl(Verb, Text, Text, int, Error&) override {}
  void on_response_impl(int code, Text, int, Error&) override;
  void on_field_impl(Field, Text name, Text value, Error&) override;
  void on_header_impl(Error&) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) override;
  std::size_t on_body_impl(Text piece, Error&) override;
  void on_chunk_header_impl(std::uint64_t, Text, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text piece, Error& error) override {
    return on_body_impl(piece, error);
  }
  void on_finish_impl(Error&) override {}

  HttpResponse& response_;
  BodySink* sink_;
  std::uint64_t body_bytes_ = 0;
  bool in_head_ = true, has_length_ = false, has_coding_ = false, stopped_ = false;
};

class ResponseReader {
 public:
  // `sink` null: the body is kept. `bodyless`: the answer to HEAD or CONNECT.
  ResponseReader(BodySink* sink, const HttpLimits& limits, bool bodyless);

  enum class State { more, complete, failed };
  boost::asio::mutable_buffer space();          // where the next bytes go
  State feed(std::size_t bytes);                // that many came
  State end(bool clean, std::string_view how);  // nothing more will come; how: "closed the connection"

  HttpResponse& response() { return response_; }
  const Failure& failure() const { return failure_; }  // after State::failed
  bool began() const { return bytes_ > 0; }
  std::uint64_t body_bytes() const { return parser_ ? parser_->body_bytes() : 0; }
  std::size_t left_over() const { return buffer_.size(); }  // bytes beyond the end of the response

 private:
  State fail(Reason, std::string detail);
  State fail(const boost::system::error_code&);
  void complete_status_line();
  State need_more();
  bool too_little_to_parse() const;
  bool may_be_http() const;
  std::string opening() const;

  HttpResponse response_;
  BodySink* sink_;
  HttpLimits limits_;
  bool bodyless_;
  bool first_line_ = true;  // of a message; nothing of it has been taken yet
  std::uint8_t first_size_ = 0;
  boost::beast::flat_buffer buffer_;
  std::optional<ResponseParser> parser_;
  std::size_t bytes_ = 0, head_bytes_ = 0;
  int informational_ = 0;
  std::array<char, 60> first_;  // bytes of the answer, `first_size_` of them, kept to show what was no HTTP
  Failure failure_;
};

}  // namespace answerback::net
