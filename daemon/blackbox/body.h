#pragma once
// A response's body as it comes in: unpacked where that was asked for, counted, and kept only as far as
// somebody is going to look into it. Pure.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace answerback::blackbox {

enum class Coding : std::uint8_t { none, gzip, deflate };

class Body {
 public:
  struct Limits {
    std::uint64_t bytes = UINT64_MAX;  // unpacked
    bool keep = false;
  };
  Body(Coding, Limits);
  ~Body();

  // False where nothing more is wanted: failure() says why.
  bool feed(std::string_view piece);
  void end();  // packed bytes that stop in the middle are a failure, too

  std::uint64_t length() const { return length_; }         // unpacked, up to the limit
  const std::string& kept() const { return kept_; }        // empty unless kept
  const std::string& failure() const { return failure_; }  // empty: none
  bool too_large() const { return too_large_; }

 private:
  struct Inflater;
  bool unpack(std::string_view piece);
  bool take(std::string_view plain);

  Limits limits_;
  std::unique_ptr<Inflater> inflater_;  // none: the bytes are as they come
  std::uint64_t length_ = 0;
  std::string kept_, failure_;
  bool too_large_ = false;
};

}  // namespace answerback::blackbox
