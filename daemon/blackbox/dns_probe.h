#pragma once
// Prober `dns`.

#include "blackbox/dns_settings.h"
#include "blackbox/module.h"

namespace answerback::blackbox {

std::shared_ptr<const Prober> dns_prober(DnsModule);

}  // namespace answerback::blackbox
