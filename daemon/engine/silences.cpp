#include "engine/silences.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace answerback::engine {
namespace {

std::uint64_t number_of(std::string_view name) {
  std::uint64_t number = 0;
  std::from_chars(name.data(), name.data() + name.size(), number);
  return number;
}

}  // namespace

void Silences::configure(std::vector<Silence> silences) {
  configured_ = std::move(silences);
  rebuild();
}

void Silences::restore(std::vector<Silence> silences) {
  asked_ = std::move(silences);
  if (asked_.size() > most) asked_.resize(most);
  for (const Silence& each : asked_) last_number_ = std::max(last_number_, number_of(each.name));
  rebuild();
}

std::expected<Silence, std::string> Silences::add(Silence silence, Wall now) {
  if (silence.author.empty()) return std::unexpected("author: who asks for it?");
  if (silence.comment.empty()) return std::unexpected("comment: what is it for?");
  if (!silence.until) return std::unexpected("ends: a silence must have an end");
  if (*silence.until <= now) return std::unexpected("ends: that is over already");
  if (silence.from && *silence.from >= *silence.until) return std::unexpected("ends before it begins");
  if (asked_.size() >= most)
    return std::unexpected("there are " + std::to_string(most) + " silences already: delete some");
  silence.name = std::to_string(++last_number_);
  asked_.push_back(silence);
  rebuild();
  return silence;
}

std::expected<void, std::string> Silences::remove(std::string_view name) {
  const auto found = std::ranges::find(asked_, name, &Silence::name);
  if (found != asked_.end()) {
    asked_.erase(found);
    rebuild();
    return {};
  }
  const bool configured = std::ranges::find(configured_, name, &Silence::name) != configured_.end();
  return std::unexpected(configured ? "it stands in the configuration: take it out there"
                                    : "there is none of that name");
}

bool Silences::moved(Wall now) {
  if (std::erase_if(asked_, [&](const Silence& each) { return each.until && now >= *each.until; }) > 0)
    rebuild();
  std::vector<bool> in_force_now(all_->size());
  for (std::size_t i = 0; i < all_->size(); ++i) in_force_now[i] = in_force((*all_)[i], now);
  if (!std::exchange(changed_, false) && in_force_now == in_force_) return false;
  in_force_ = std::move(in_force_now);
  return true;
}

void Silences::rebuild() {
  auto all = std::make_shared<std::vector<Silence>>(configured_);
  all->insert(all->end(), asked_.begin(), asked_.end());
  all_ = std::move(all);
  changed_ = true;
}

}  // namespace answerback::engine
