#include "config/diagnostics.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "config/masking.h"

namespace answerback::config {
namespace {

constexpr std::size_t most = 200;  // nobody reads more, and a hostile file could hold a million

// Optimal string alignment: insertions, deletions, replacements and swapped neighbours each count one.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.size()];
}

}  // namespace

bool Diagnostics::full() const { return all_.size() >= most; }

void Diagnostics::add(Diagnostic diagnostic) {
  if (full()) {
    ++left_out_;
    return;
  }
  const auto same = [&](const Diagnostic& d) {
    return d.path == diagnostic.path && d.message == diagnostic.message &&
           d.place.file == diagnostic.place.file && d.place.line == diagnostic.place.line &&
           d.place.column == diagnostic.place.column;
  };
  if (std::ranges::any_of(all_, same)) return;
  all_.push_back(std::move(diagnostic));
}

std::string Diagnostics::text() const {
  std::vector<std::string_view> files;  // in the order in which they were first complained about
  std::vector<std::tuple<std::ptrdiff_t, int, int, std::size_t>> order;
  for (const Diagnostic& d : all_) {
    auto file = std::ranges::find(files, d.place.file);
    if (file == files.end()) file = files.insert(file, d.place.file);
    order.emplace_back(file - files.begin(), d.place.line, d.place.column, order.size());
  }
  std::ranges::sort(order);

  std::string out;
  for (const auto& [file, line, column, index] : order) {
    const Diagnostic* d = &all_[index];
    out += printable(d->place.file);
    if (d->place.line > 0) out += ":" + std::to_string(d->place.line) + ":" + std::to_string(d->place.column);
    out += ": ";
    if (!d->path.empty()) out += printable(d->path) + ": ";
    out += printable(d->message) + "\n";
    if (!d->excerpt.empty()) out += d->excerpt + "\n";
  }
  if (left_out_ > 0) out += "and " + std::to_string(left_out_) + " more errors\n";
  return out;
}

std::string_view nearest(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t longest = 64;
  if (word.empty() || word.size() > longest) return {};
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::string_view found;
  for (const std::string& candidate : known) {
    if (candidate.size() > longest) continue;
    if (const std::size_t d = distance(word, candidate); d < best && d < candidate.size()) {
      best = d;
      found = candidate;
    }
  }
  return found;
}

}  // namespace answerback::config
