#include "http/wire.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

namespace answerback::http {
namespace {

namespace beast = boost::beast;
using Parser = beast::http::request_parser<beast::http::string_body>;
using Message = Parser::value_type;
using beast::http::field;

Refusal refusal(const boost::system::error_code& ec) {
  if (ec == beast::http::error::body_limit) return {413, "the body is too large"};
  if (ec == beast::http::error::header_limit) return {431, "the header is too large"};
  return {400, ec.message()};
}

// RFC 9112 3.2: a Host that cannot be one is to be refused.
bool may_be_a_host(beast::string_view value) {
  constexpr std::string_view marks = "-._~%!$&'()*+,;=:[]";
  return std::ranges::all_of(value, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || marks.contains(c);
  });
}

// What the parser lets through.
std::optional<Refusal> flaw(const Message& message, bool chunked) {
  const bool old = message.version() < 11;
  if (const auto hosts = message.count(field::host); hosts > 1 || (hosts == 0 && !old)) {
    return Refusal{400, "one Host is needed"};
  }
  if (!may_be_a_host(message[field::host])) return Refusal{400, "bad Host"};
  if (const auto codings = message.count(field::transfer_encoding); codings > 0) {
    if (old) return Refusal{400, "Transfer-Encoding needs HTTP/1.1"};
    if (codings > 1 || !chunked || !beast::iequals(message[field::transfer_encoding], "chunked")) {
      return Refusal{501, "the only Transfer-Encoding is chunked"};
    }
  }
  return std::nullopt;
}

std::string text(beast::string_view from) { return {from.data(), from.size()}; }

}  // namespace

struct RequestReader::Impl {
  Impl(std::size_t header, std::size_t body) : header_limit(header), body_limit(body) { begin(); }

  void begin() {
    parser.emplace();
    parser->eager(true);
    parser->header_limit(static_cast<std::uint32_t>(header_limit));
    parser->body_limit(body_limit);
    scanned = 0;
    header_whole = false;
  }

  // Looks at the new bytes of a header once, before the parser does: it would wait for more after a bare line
  // feed.
  std::optional<Refusal> scan() {
    for (; scanned < pending.size() && !header_whole; ++scanned) {
      const char c = pending[scanned];
      if (scanned >= header_limit) return Refusal{431, "the header is too large"};
      if (c == '\0') return Refusal{400, "NUL in the header"};
      if (c != '\n') continue;
      if (scanned == 0 || pending[scanned - 1] != '\r')
        return Refusal{400, "line feed without carriage return"};
      header_whole = scanned >= 3 && pending.compare(scanned - 3, 4, "\r\n\r\n") == 0;
    }
    return std::nullopt;
  }

  std::expected<bool, Refusal> parse() {
    const bool had_header = parser->is_header_done();
    boost::system::error_code ec;
    pending.erase(0, parser->put(boost::asio::buffer(pending), ec));
    if (parser->is_header_done() && !had_header) {
      if (const auto found = flaw(parser->get(), parser->chunked())) return std::unexpected(*found);
    }
    if (ec && ec != beast::http::error::need_more) return std::unexpected(refusal(ec));
    if (!parser->is_done() && pending.size() > header_limit + body_limit) {
      return std::unexpected(Refusal{413, "the body is too large"});
    }
    return parser->is_done();
  }

  std::size_t header_limit, body_limit;
  std::optional<Parser> parser;
  std::string pending;
  std::size_t scanned = 0;  // of `pending`, while the header is not whole
  bool header_whole = false;
};

RequestReader::RequestReader(std::size_t header_limit, std::size_t body_limit)
    : impl_(std::make_unique<Impl>(header_limit, body_limit)) {}
RequestReader::~RequestReader() = default;

std::expected<bool, Refusal> RequestReader::feed(std::string_view bytes) {
  impl_->pending += bytes;
  if (auto refused = impl_->scan()) return std::unexpected(*std::move(refused));
  if (!impl_->header_whole) return false;
  return impl_->parse();
}

bool RequestReader::empty() const { return impl_->pending.empty() && !impl_->header_whole; }
bool RequestReader::keep_alive() const { return impl_->parser->keep_alive(); }
bool RequestReader::is_old() const { return impl_->parser->get().version() < 11; }

std::expected<Request, Refusal> RequestReader::take() {
  Message message = impl_->parser->release();
  impl_->begin();
  if (impl_->pending.empty()) std::string().swap(impl_->pending);  // an idle connection costs little

  auto target = parse_target({message.target().data(), message.target().size()});
  if (!target) return std::unexpected(Refusal{400, target.error()});
  Request request{.method = text(message.method_string()),
                  .path = std::move(target->first),
                  .query = std::move(target->second),
                  .headers = {},
                  .body = std::move(message.body())};
  for (const auto& each : message) request.headers.emplace_back(text(each.name_string()), text(each.value()));
  return request;
}

std::string head_of(const Response& response, bool keep_alive, std::string_view date) {
  const beast::string_view reason =
      beast::http::obsolete_reason(static_cast<beast::http::status>(static_cast<unsigned>(response.status)));
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " " + text(reason);
  const auto field_line = [&out](std::string_view name, std::string_view value) {
    out.append("\r\n").append(name).append(": ").append(value);
  };
  field_line("Date", date);
  field_line("Content-Type", response.content_type);
  if (!response.stream && response.status != 304)
    field_line("Content-Length", std::to_string(response.body.size()));
  for (const auto& [name, value] : response.headers) field_line(name, value);
  if (!keep_alive) field_line("Connection", "close");
  return out += "\r\n\r\n";
}

}  // namespace answerback::http
