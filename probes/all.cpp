#include "probes/all.h"

#include <array>

#include "probes/http.h"
#include "probes/postgres.h"
#include "probes/tcp.h"

namespace answerback::probes {

std::span<const ProbeType> all() {
  static const std::array types{http, postgres, tcp};
  return types;
}

}  // namespace answerback::probes
