#pragma once
// What every part of the platform shares. Held by the Platform and by the coroutines that run for it.

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "platform/faults.h"
#include "platform/journal.h"
#include "platform/llm_client.h"
#include "platform/options.h"
#include "platform/outlet.h"
#include "platform/store.h"
#include "platform/tasks.h"

namespace demo {

struct Core {
  Core(const asio::any_io_executor& executor, Options given)
      : options(std::move(given)), store(executor, options.database, faults), tasks(executor) {}

  const Options options;
  Faults faults;
  Counters counters;
  Journal journal;
  Store store;
  std::unique_ptr<LlmClient> llm;  // once the platform knows its own port
  Roll roll;
  std::map<std::string, Job> unanswered;                             // by user: `late_answer`
  std::map<std::pair<std::string, std::string>, std::string> notes;  // by user and name
  Tasks tasks;
  bool stopping = false;
};

using CorePtr = std::shared_ptr<Core>;

}  // namespace demo
