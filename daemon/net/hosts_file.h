#pragma once
// /etc/hosts, read once and again when it changes: c-ares 1.18 would open it for every look-up, and knows no
// other path.

#include <boost/asio/ip/address.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "net/file_stamp.h"

namespace answerback::net {

class HostsFile {
 public:
  explicit HostsFile(std::string path) : path_(std::move(path)) {}

  // The addresses of a name in the order of the file; null where it has none. Good until the next call.
  const std::vector<boost::asio::ip::address>* find(std::string_view name);

 private:
  void read();

  std::string path_;
  FileStamp stamp_;
  std::map<std::string, std::vector<boost::asio::ip::address>, std::less<>> names_;  // lower case
};

// Names compare without case and without the dot that ends a full one.
std::string canonical_name(std::string_view);

}  // namespace answerback::net
