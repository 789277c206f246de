#include "blackbox/body.h"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace answerback::blackbox {

struct Body::Inflater {
  // Raw deflate is what Go's reader takes for "deflate".
  explicit Inflater(Coding coding) {
    inflateInit2(&stream, coding == Coding::gzip ? 16 + MAX_WBITS : -MAX_WBITS);
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream stream{};
  bool ended = false;
};

Body::Body(Coding coding, Limits limits)
    : limits_(limits), inflater_(coding == Coding::none ? nullptr : std::make_unique<Inflater>(coding)) {}
Body::~Body() = default;

bool Body::feed(std::string_view piece) {
  if (!failure_.empty()) return false;
  return inflater_ ? unpack(piece) : take(piece);
}

void Body::end() {
  if (inflater_ && !inflater_->ended && failure_.empty()) failure_ = "the packed body ends before its end";
}

bool Body::unpack(std::string_view piece) {
  z_stream& stream = inflater_->stream;
  std::string bytes(piece);  // zlib's input is not const
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::array<char, 16 * 1024> plain;
  while (!inflater_->ended) {
    stream.next_out = reinterpret_cast<Bytef*>(plain.data());
    stream.avail_out = static_cast<uInt>(plain.size());
    const int state = inflate(&stream, Z_NO_FLUSH);
    if (!take({plain.data(), plain.size() - stream.avail_out})) return false;
    inflater_->ended = state == Z_STREAM_END;
    if (state == Z_BUF_ERROR || (state == Z_OK && stream.avail_in == 0 && stream.avail_out > 0)) break;
    if (state != Z_OK && state != Z_STREAM_END) {
      failure_ = "the body is not packed as the module says it must be";
      return false;
    }
  }
  return true;
}

bool Body::take(std::string_view plain) {
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(limits_.bytes - length_, plain.size()));
  length_ += room;
  if (limits_.keep) kept_.append(plain.substr(0, room));
  if (room == plain.size()) return true;
  too_large_ = true;
  failure_ = "the body is over the limit of " + std::to_string(limits_.bytes) + " bytes";
  return false;
}

}  // namespace answerback::blackbox
