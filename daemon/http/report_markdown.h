#pragma once
// The report as an engineer would paste it into an incident channel. Pure.

#include <string>

#include "model/report.h"

namespace answerback::http {

std::string markdown(const Report&, std::string_view version);

}  // namespace answerback::http
