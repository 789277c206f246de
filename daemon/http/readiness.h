#pragma once
// What must hold for a readiness answer to be yes: we ourselves, and each probe of the group.

#include <string_view>
#include <vector>

#include "http/context.h"
#include "http/kube_text.h"

namespace answerback::http {

// The group's probes, or where there is no such group every critical one. None at all is not "ready".
std::vector<NamedCheck> readiness_checks(const Context&, std::string_view group);

}  // namespace answerback::http
