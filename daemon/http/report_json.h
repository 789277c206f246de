#pragma once
// The report as JSON: the same facts under the names `/health` gives them, whole.

#include <string>

#include "model/report.h"

namespace answerback::http {

std::string report_json(const Report&, std::string_view version);

}  // namespace answerback::http
