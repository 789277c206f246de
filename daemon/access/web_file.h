#pragma once
// The web config file and the files it names, looked at whenever somebody comes in: a change holds for
// whoever comes next, without a restart. A change for the worse changes nothing.

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "access/server_tls.h"
#include "access/web_settings.h"
#include "config/diagnostics.h"
#include "net/file_stamp.h"

namespace answerback::access {

struct Web {
  WebSettings settings;
  std::shared_ptr<const ServerTls> tls = {};  // null: plain HTTP
};

// What stat() said of the files it was made from, before they were read: one that changes in between is read
// once too often, never once too little.
using Stamps = std::vector<std::pair<std::string, net::FileStamp>>;

// The file as it is, its certificates read. What is wrong is in the Diagnostics; the Web then holds what
// could be read.
Web load_web(const std::filesystem::path&, config::Diagnostics&, Stamps&);
Web load_web(const std::filesystem::path&, config::Diagnostics&);

class WebFile {
 public:
  // Without a path there is nothing to read, and everything is open. `told` hears of every change taken, and
  // of every one refused, with why.
  using Told = std::function<void(bool taken, const std::string& why)>;
  explicit WebFile(std::filesystem::path path, Told told = {})
      : path_(std::move(path)), told_(std::move(told)) {}

  std::expected<void, std::string> start();  // or everything that is wrong

  // What holds now. Costs a stat() for each file; one thread, after start().
  const std::shared_ptr<const Web>& now();
  bool good() const { return good_; }  // the newest is in use

 private:
  std::expected<void, std::string> load();

  std::filesystem::path path_;
  Told told_;
  std::shared_ptr<const Web> web_ = std::make_shared<const Web>();
  Stamps stamps_;
  bool good_ = true;
};

}  // namespace answerback::access
