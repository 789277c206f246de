#include "net/http2_exchange.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <new>
#include <optional>

#include "model/text.h"

namespace answerback::net {
namespace {

constexpr std::size_t pending_cap = 128 * 1024;  // bytes of ours that nobody has fetched
constexpr std::size_t shown = 4096;              // bytes of what the peer says of itself

nghttp2_nv field(const std::string& name, const std::string& value, bool secret) {
  // nghttp2 copies both, and wants them writable all the same.
  const auto bytes = [](const std::string& s) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(s.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(),
          static_cast<std::uint8_t>(secret ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE)};
}

std::string_view view(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

std::string code_name(std::uint32_t code) {
  const char* const known = nghttp2_http2_strerror(code);
  return std::strcmp(known, "unknown") == 0 ? "code " + std::to_string(code) : known;
}

}  // namespace

struct Http2Exchange::Impl {
  struct FreeSession {
    void operator()(nghttp2_session* s) const { nghttp2_session_del(s); }
  };

  explicit Impl(const Http2Request&);

  void fail(Reason reason, std::string detail) {
    if (!failure && !closed) failure = Failure{reason, std::move(detail)};
  }

  void field_came(std::string_view name, std::string_view value) {
    field_bytes += name.size() + value.size() + 32;
    if (field_bytes > fields_cap)
      return fail(Reason::too_large,
                  "more than " + std::to_string(fields_cap / 1024) + " KiB of header fields");
    if (name == ":status")
      std::from_chars(value.data(), value.data() + value.size(), response.status);
    else
      (in_trailers ? response.trailers : response.headers).emplace_back(name, value);
  }

  void data_came(std::string_view bytes) {
    if (response.body.size() + bytes.size() > body_cap)
      return fail(Reason::too_large, "a body of more than " + std::to_string(body_cap / 1024) + " KiB");
    response.body += bytes;
  }

  void stream_closed(std::uint32_t code) {
    if (code == NGHTTP2_REFUSED_STREAM)
      fail(Reason::overloaded, "the server refused the stream" + farewell);
    else if (code != NGHTTP2_NO_ERROR)
      fail(Reason::protocol, "the stream was reset: " + code_name(code) + farewell);
    closed = true;
  }

  // What nghttp2 has to say; a stream it gives up for a fault of the peer ends in here.
  void drain() {
    for (;;) {
      const std::uint8_t* piece = nullptr;
      const ssize_t size = nghttp2_session_mem_send(session.get(), &piece);
      if (size <= 0) return;
      pending += view(piece, static_cast<std::size_t>(size));
      if (pending.size() > pending_cap)
        return fail(Reason::protocol, "the server asks for more answers than it takes");
    }
  }

  void goodbye(const nghttp2_goaway& frame) {
    farewell = " (GOAWAY: " + code_name(frame.error_code);
    if (frame.opaque_data_len > 0)
      farewell += ", " + one_line(view(frame.opaque_data, frame.opaque_data_len), shown);
    farewell += ")";
    if (frame.error_code != NGHTTP2_NO_ERROR)
      fail(Reason::protocol, "the server ended the connection" + farewell);
  }

  std::unique_ptr<nghttp2_session, FreeSession> session;
  std::int32_t stream = 0;
  std::string body;
  std::size_t body_sent = 0, field_bytes = 0;
  Http2Response response;
  bool in_trailers = false, closed = false;
  std::string pending, farewell, complaint;
  std::optional<Failure> failure;
};

Http2Exchange::Impl::Impl(const Http2Request& request) : body(request.body) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* option = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) != 0 || nghttp2_option_new(&option) != 0)
    throw std::bad_alloc();
  const std::unique_ptr<nghttp2_session_callbacks, void (*)(nghttp2_session_callbacks*)> free_callbacks(
      callbacks, nghttp2_session_callbacks_del);
  const std::unique_ptr<nghttp2_option, void (*)(nghttp2_option*)> free_option(option, nghttp2_option_del);

  nghttp2_session_callbacks_set_on_begin_headers_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame*, void* self) {
        auto& impl = *static_cast<Impl*>(self);
        impl.in_trailers = impl.response.status >= 200;  // 1xx come before the answer
        if (!impl.in_trailers) impl.response.headers.clear();
        return 0;
      });
  nghttp2_session_callbacks_set_on_header_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name, std::size_t name_size,
                    const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* self) {
        auto& impl = *static_cast<Impl*>(self);
        impl.field_came(view(name, name_size), view(value, value_size));
        return impl.failure ? static_cast<int>(NGHTTP2_ERR_CALLBACK_FAILURE) : 0;
      });
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
      callbacks, [](nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* data, std::size_t size,
                    void* self) {
        auto& impl = *static_cast<Impl*>(self);
        impl.data_came(view(data, size));
        return impl.failure ? static_cast<int>(NGHTTP2_ERR_CALLBACK_FAILURE) : 0;
      });
  nghttp2_session_callbacks_set_on_stream_close_callback(
      callbacks, [](nghttp2_session*, std::int32_t id, std::uint32_t code, void* self) {
        auto& impl = *static_cast<Impl*>(self);
        if (id == impl.stream) impl.stream_closed(code);
        return 0;
      });
  nghttp2_session_callbacks_set_on_frame_recv_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
        if (frame->hd.type == NGHTTP2_GOAWAY) static_cast<Impl*>(self)->goodbye(frame->goaway);
        return 0;
      });
  nghttp2_session_callbacks_set_error_callback2(
      callbacks, [](nghttp2_session*, int, const char* text, std::size_t size, void* self) {
        static_cast<Impl*>(self)->complaint = one_line({text, size}, 200);
        return 0;
      });

  nghttp2_session* made = nullptr;
  if (nghttp2_session_client_new2(&made, callbacks, this, option) != 0) throw std::bad_alloc();
  session.reset(made);
  constexpr nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
                                                 {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, fields_cap}};
  nghttp2_submit_settings(made, NGHTTP2_FLAG_NONE, settings, std::size(settings));

  const Http2Fields own{{":method", "POST"},
                        {":scheme", request.scheme},
                        {":authority", request.authority},
                        {":path", request.path}};
  std::vector<nghttp2_nv> fields;
  for (const auto& [name, value] : own) fields.push_back(field(name, value, false));
  for (const auto& [name, value] : request.headers)
    fields.push_back(field(name, value, std::ranges::count(request.secret, name) > 0));
  nghttp2_data_provider source{};
  source.read_callback = [](nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t room,
                            std::uint32_t* flags, nghttp2_data_source*, void* self) -> ssize_t {
    auto& impl = *static_cast<Impl*>(self);
    const std::size_t size = std::min(room, impl.body.size() - impl.body_sent);
    std::memcpy(into, impl.body.data() + impl.body_sent, size);
    impl.body_sent += size;
    if (impl.body_sent == impl.body.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(size);
  };
  stream = nghttp2_submit_request(made, nullptr, fields.data(), fields.size(), &source, nullptr);
  if (stream < 0) fail(Reason::internal, nghttp2_strerror(stream));
}

Http2Exchange::Http2Exchange(const Http2Request& request) : impl_(new Impl(request)) {}
Http2Exchange::~Http2Exchange() = default;

std::string Http2Exchange::to_send() {
  impl_->drain();
  return std::exchange(impl_->pending, {});
}

std::expected<void, Failure> Http2Exchange::take(std::string_view bytes) {
  Impl& impl = *impl_;
  const ssize_t taken = nghttp2_session_mem_recv(
      impl.session.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  const auto or_complaint = [&](std::string words) {
    return impl.complaint.empty() ? std::move(words) : impl.complaint;
  };
  if (taken < 0) impl.fail(Reason::protocol, or_complaint(nghttp2_strerror(static_cast<int>(taken))));
  // Having found a fault, nghttp2 wants no more once it has said so.
  impl.drain();
  if (!impl.closed && nghttp2_session_want_read(impl.session.get()) == 0)
    impl.fail(Reason::protocol, or_complaint("the server broke the rules of HTTP/2" + impl.farewell));
  if (impl.failure) return std::unexpected(*impl.failure);
  return {};
}

bool Http2Exchange::complete() const { return impl_->closed && !impl_->failure; }
const Http2Response& Http2Exchange::response() const { return impl_->response; }

}  // namespace answerback::net
