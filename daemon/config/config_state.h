#pragma once
// What is behind a Config. Within this room only.

#include <memory>
#include <vector>

#include "config/config.h"
#include "config/fields_state.h"

namespace answerback::config {

struct Config::State {
  std::shared_ptr<Document> document;
  std::vector<std::shared_ptr<Fields::State>> roots;  // the main file first
};

}  // namespace answerback::config
