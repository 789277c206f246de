#pragma once
// Prober `icmp`.

#include "blackbox/icmp_settings.h"
#include "blackbox/module.h"

namespace answerback::blackbox {

std::shared_ptr<const Prober> icmp_prober(IcmpModule);

}  // namespace answerback::blackbox
