#pragma once
// What must outlive a restart: what others have been told, and what they have not been told yet. Pure.

#include <deque>
#include <expected>
#include <map>
#include <string>
#include <string_view>

#include "notify/ledger.h"

namespace answerback::notify {

struct Kept {
  Ledger ledger;
  std::map<std::string, std::deque<Notice>> waiting;  // by name of each target there is, oldest first
};

inline constexpr int kept_version = 1;

std::string print(const Kept&);  // JSON

// Or what is wrong with it: no JSON, not ours, of a newer version.
std::expected<Kept, std::string> parse_kept(std::string_view);

}  // namespace answerback::notify
