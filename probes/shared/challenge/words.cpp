#include <algorithm>
#include <array>

#include "probes/shared/challenge/lower_words.h"
#include "probes/shared/challenge/parts.h"

namespace answerback::probes {
namespace {

constexpr std::size_t asked_for = 5;

// Short, ordinary, no two alike, none a part of another.
constexpr std::array<std::string_view, 64> vocabulary = {
    "amber",   "apricot", "badger",  "basil",  "birch",  "bottle", "breeze", "butter", "cactus", "candle",
    "carpet",  "cedar",   "cherry",  "copper", "cotton", "dahlia", "dragon", "ember",  "falcon", "feather",
    "fiddle",  "forest",  "garden",  "ginger", "hammer", "harbor", "hazel",  "island", "jacket", "jasmine",
    "kettle",  "ladder",  "lantern", "lemon",  "lizard", "magnet", "maple",  "marble", "meadow", "mirror",
    "mustard", "needle",  "nutmeg",  "olive",  "orchid", "otter",  "paddle", "pebble", "pepper", "pigeon",
    "planet",  "pocket",  "quartz",  "rabbit", "raisin", "saddle", "salmon", "silver", "spider", "teapot",
    "tulip",   "velvet",  "walnut",  "zebra"};

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

Challenge draw_words(Random& random) {
  std::vector<std::string> given;
  while (given.size() < asked_for) {
    std::string word(vocabulary[random.below(vocabulary.size())]);
    if (std::ranges::find(given, word) == given.end()) given.push_back(std::move(word));
  }
  if (random.below(2) == 0)
    return {.question = "Please write these words backwards, the last one first: " + listed(given) + ".",
            .words = {given.rbegin(), given.rend()}};
  std::vector<std::string> sorted = given;
  std::ranges::sort(sorted);
  if (sorted == given) std::ranges::reverse(given);
  return {.question = "Please put these words into the order of the alphabet: " + listed(given) + ".",
          .words = std::move(sorted)};
}

// Of the text, only the words asked for count. Wherever all of them stand together they are a claim: the
// right order must be among those, and besides it only the order given in the question.
bool answers_words(std::string_view text, const Challenge& challenge) {
  const std::vector<std::string>& right = challenge.words;
  const auto only_ours = [&](std::string_view from) {
    std::vector<std::string> ours = words_of(from);
    std::erase_if(ours,
                  [&](const std::string& word) { return std::ranges::find(right, word) == right.end(); });
    return ours;
  };
  const std::vector<std::string> given = only_ours(challenge.question), ours = only_ours(text);
  bool found = false;
  for (std::size_t at = 0; at + right.size() <= ours.size();) {
    const std::vector<std::string> claim(ours.begin() + static_cast<std::ptrdiff_t>(at),
                                         ours.begin() + static_cast<std::ptrdiff_t>(at + right.size()));
    if (!std::ranges::is_permutation(claim, right)) {
      ++at;
      continue;
    }
    if (claim != right && claim != given) return false;
    found = found || claim == right;
    at += right.size();
  }
  return found;
}

Challenge draw_nonce(Random& random) {
  constexpr std::string_view letters = "BCDFGHJKLMNPQRSTVWXZ";  // no vowel: no word by chance
  Challenge challenge;
  for (int i = 0; i < 10; ++i) challenge.nonce += letters[random.below(letters.size())];
  return challenge;
}

}  // namespace answerback::probes
