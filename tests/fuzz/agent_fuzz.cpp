// libFuzzer: frames of any bytes through the normaliser and the chain: both end, and only a chain whose last
// stage came has ended.

#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "probes/agent/chain.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace answerback;
  using namespace answerback::probes;
  const std::vector<std::string> stages(std::begin(usual_chain), std::end(usual_chain));
  Steady now{};
  Chain chain(stages, {}, {}, now);
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  while (!bytes.empty()) {  // one frame a line
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    now += std::chrono::milliseconds(end);
    chain.take(read_event(bytes.substr(0, end), stages), now);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  if (chain.state() == Chain::State::ended && !chain.stages().back().at) std::abort();
  if (chain.state() == Chain::State::failed && chain.failure().detail.empty()) std::abort();
  if (chain.reached() > stages.size() || chain.times().size() > 64) std::abort();
  (void)chain.silence(now);
  return 0;
}
