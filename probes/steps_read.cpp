#include "probes/steps_read.h"

#include <boost/json.hpp>

namespace answerback::probes {

std::expected<std::string, std::string> step_text(const boost::json::value& value) {
  if (value.is_string()) return std::string(std::string_view(value.get_string()));
  if (value.is_int64()) return std::to_string(value.get_int64());
  return std::unexpected("wants a text");
}

}  // namespace answerback::probes
