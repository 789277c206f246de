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

void add_forms(std::vector<std::string>& forms, std::string_view secret) {
  forms.emplace_back(secret);
  for (const std::string_view digits : {lower_digits, upper_digits}) {
    forms.push_back(hex(secret, digits));
    forms.push_back(percent(secret, digits));
  }
  for (const std::string_view last_two : {"+/", "-_"}) {
    for (std::size_t before = 0; before < 3; ++before) forms.push_back(base64(secret, before, last_two));
  }
  std::ranges::sort(forms);
  const auto same = std::ranges::unique(forms);
  forms.erase(same.begin(), same.end());
  std::ranges::sort(forms, std::ranges::greater(), &std::string::size);
}

// The beginning of a secret at the end of a text that was cut there. Fewer characters of it tell nothing.
void take_out_cut(std::string& text, std::string_view form) {
  constexpr std::string_view cut = "…";
  constexpr std::size_t telling = 12;
  if (!text.ends_with(cut) || form.size() <= telling) return;
  const std::size_t end = text.size() - cut.size();
  const std::size_t at = text.rfind(form.substr(0, telling), end - std::min(end, telling));
  if (at == std::string::npos || !form.starts_with(std::string_view(text).substr(at, end - at))) return;
  text.replace(at, end - at, Redactor::mark);
}

void take_out_forms(std::string& text, const std::vector<std::string>& forms) {
  for (const std::string& form : forms) {
    for (auto at = text.find(form); at != std::string::npos;
         at = text.find(form, at + Redactor::mark.size())) {
      text.replace(at, form.size(), Redactor::mark);
    }
    take_out_cut(text, form);
  }
}

}  // namespace

void Redactor::add(std::string_view secret) {
  if (secret.size() >= shortest && !is_media_type(secret)) add_forms(forms_, secret);
}

void Redactor::learn(std::string_view token) {
  if (token.size() < shortest) return;
  Forms forms;
  add_forms(forms, token);
  const std::lock_guard lock(mutex_);
  if (learnt_.size() == learnt) learnt_.erase(learnt_.begin());
  learnt_.push_back(std::move(forms));
}

std::string Redactor::taken_out_of(std::string text) const {
  {
    const std::lock_guard lock(mutex_);
    for (const Forms& forms : learnt_) take_out_forms(text, forms);
  }
  take_out_forms(text, forms_);
  return text;
}

void take_out(const Redactor& redactor, RunRecord& run) {
  run.result.detail = redactor.taken_out_of(std::move(run.result.detail));
  for (Frame& frame : run.frames) frame.text = redactor.taken_out_of(std::move(frame.text));
}

}  // namespace answerback
