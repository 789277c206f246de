#pragma once
// Tokens that may be spent an hour and a day, kept in the Store: by one probe, or by all that name the same
// purse. Several objects over one key are one purse.
//
// Windows are counted from the first spending. Time between two looks is the lesser of what the steady clock
// and the wall clock say, so that neither a step of the wall clock nor a restart gives a second budget; after
// a reboot, when the steady clock has begun anew, the wall clock alone decides.

#include <cstdint>
#include <optional>
#include <string>

#include "model/time.h"
#include "probe/clock.h"
#include "probe/store.h"

namespace answerback::probes {

struct Moment {
  Steady steady;
  Wall wall;
  static Moment of(const Clock& clock) { return {clock.now(), clock.wall()}; }
};

struct LlmLimits {
  std::optional<std::uint64_t> per_hour = {}, per_day = {};
  bool any() const { return per_hour || per_day; }
};

// What was spent in the window that runs, how old it is, and how many there were before it.
struct LlmWindow {
  Duration age{};
  std::uint64_t spent = 0, number = 0;
};

struct LlmLedger {
  LlmWindow hour, day;
  Moment seen;  // when the ages were right

  void advance(Moment);
};

std::string written(const LlmLedger&);
std::optional<LlmLedger> read_ledger(std::string_view);  // nullopt where it is none

class LlmPurse {
 public:
  LlmPurse(std::string key, LlmLimits limits, Store& store)
      : key_(std::move(key)), limits_(limits), store_(&store) {}

  // Whether that much more fits in. The first spending of a window always does: a budget smaller than one run
  // is one run.
  bool allows(std::uint64_t tokens, Moment) const;

  struct Booking {
    std::uint64_t tokens = 0, hour = 0, day = 0;
  };
  // Booked before it is spent, so that what is cut off is paid for; settled when the cost is known.
  Booking book(std::uint64_t tokens, Moment);
  void settle(const Booking&, std::uint64_t tokens, Moment);

  std::uint64_t remaining(Moment) const;
  std::string state(Moment) const;  // "34 of 40 tokens of this day are spent, the next within 24 h"

 private:
  LlmLedger ledger(Moment) const;

  std::string key_;
  LlmLimits limits_;
  Store* store_;
};

}  // namespace answerback::probes
