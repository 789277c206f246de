#include "probes/isolation/watch.h"

#include "model/text.h"

namespace answerback::probes {
namespace {

constexpr std::size_t items_kept = 1024;  // the first: a flood is not kept
constexpr std::size_t text_kept = 8192;   // bytes of each, and of its answer

}  // namespace

void Inbox::take(const AgentEvent& event, std::string_view text, const Challenge& own, Belongings& mine) {
  ++frames_;
  if (event.kind == EventKind::stage && answers(event.answer, own)) {
    if (!event.run_id.empty()) mine.runs.insert(event.run_id);
    if (!event.thread_id.empty()) mine.threads.insert(event.thread_id);
  }
  if (items_.size() == items_kept) return;
  items_.push_back({event.name, event.user_id, event.run_id, event.thread_id, clip(event.answer, text_kept),
                    clip(text, text_kept)});
}

std::optional<Inbox::Breach> Inbox::breach(const Belongings& mine, const Belongings& other) const {
  const auto of_other = [](const std::string& id, const std::set<std::string>& theirs,
                           const std::set<std::string>& ours) {
    return !id.empty() && theirs.contains(id) && !ours.contains(id);
  };
  for (const Item& item : items_) {
    std::string by;
    if (item.text.contains(other.marker))
      by = "the words of their question";
    else if (!other.user_id.empty() && item.user_id == other.user_id)
      by = "user id " + one_line(item.user_id, 40);
    else if (of_other(item.run_id, other.runs, mine.runs))
      by = "run id " + one_line(item.run_id, 40);
    else if (of_other(item.thread_id, other.threads, mine.threads))
      by = "thread id " + one_line(item.thread_id, 40);
    else if (holds_number(item.answer, other.product) && !holds_number(item.answer, mine.product))
      by = "the answer to their question";
    if (!by.empty())
      return Breach{mine.who + " received " + (item.name.empty() ? "a frame" : item.name) + " of " +
                        other.who + ", known by " + by,
                    item.text};
  }
  return std::nullopt;
}

}  // namespace answerback::probes
