#include "model/redactor.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <utility>

namespace answerback {
namespace {

constexpr std::string_view lower_digits = "0123456789abcdef", upper_digits = "0123456789ABCDEF";

std::string hex(std::string_view bytes, std::string_view digits) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

// All but what RFC 3986 calls unreserved.
std::string percent(std::string_view bytes, std::string_view digits) {
  std::string out;
  for (const char c : bytes) {
    const bool plain =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("-._~").contains(c);
    out += plain ? std::string(1, c) : "%" + hex(std::string_view(&c, 1), digits);
  }
  return out;
}

// The characters that the secret alone decides, with `before` bytes in front of it in its group of three.
std::string base64(std::string_view secret, std::size_t before, std::string_view last_two) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const std::string bytes = std::string(before, '\0') + std::string(secret);
  std::string out;
  unsigned bits = 0, held = 0;
  for (const char c : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6) {
      const unsigned index = (bits >> (held - 6)) & 63U;
      out += index < alphabet.size() ? alphabet[index] : last_two[index - alphabet.size()];
    }
  }
  return out.substr((before * 8 + 5) / 6);
}

// "application/json", "text/event-stream": lower case letters on both sides of one slash.
bool is_media_type(std::string_view text) {
  constexpr std::string_view kinds[] = {"application/", "text/", "multipart/"};
  const auto* kind =
      std::ranges::find_if(kinds, [&](std::string_view each) { return text.starts_with(each); });
  return kind != std::end(kinds) && text.size() <= 40 &&
         text.substr(kind->size()).find_first_not_of("abcdefghijklmnopqrstuvwxyz.+-") ==
             std::string_view::npos;
}

}  // namespace

void Redactor::add(std::string_view secret) {
  if (secret.size() < shortest || is_media_type(secret)) return;
  forms_.emplace_back(secret);
  for (const std::string_view digits : {lower_digits, upper_digits}) {
    forms_.push_back(hex(secret, digits));
    forms_.push_back(percent(secret, digits));
  }
  for (const std::string_view last_two : {"+/", "-_"}) {
    for (std::size_t before = 0; before < 3; ++before) forms_.push_back(base64(secret, before, last_two));
  }
  std::ranges::sort(forms_);
  const auto same = std::ranges::unique(forms_);
  forms_.erase(same.begin(), same.end());
  std::ranges::sort(forms_, std::ranges::greater(), &std::string::size);
}

std::string Redactor::taken_out_of(std::string text) const {
  for (const std::string& form : forms_) {
    for (auto at = text.find(form); at != std::string::npos; at = text.find(form, at + mark.size())) {
      text.replace(at, form.size(), mark);
    }
  }
  return text;
}

void take_out(const Redactor& redactor, RunRecord& run) {
  run.result.detail = redactor.taken_out_of(std::move(run.result.detail));
  for (Frame& frame : run.frames) frame.text = redactor.taken_out_of(std::move(frame.text));
}

}  // namespace answerback
