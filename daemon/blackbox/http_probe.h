#pragma once
// Prober `http`.

#include "blackbox/http_settings.h"
#include "blackbox/module.h"

namespace answerback::blackbox {

std::shared_ptr<const Prober> http_prober(HttpModule);

}  // namespace answerback::blackbox
