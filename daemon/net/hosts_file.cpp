#include "net/hosts_file.h"

#include <fstream>
#include <sstream>

namespace answerback::net {

std::string canonical_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  std::string out(name);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

const std::vector<boost::asio::ip::address>* HostsFile::find(std::string_view name) {
  if (const FileStamp now = FileStamp::of(path_); now != stamp_) {
    stamp_ = now;
    read();
  }
  const auto found = names_.find(canonical_name(name));
  return found == names_.end() ? nullptr : &found->second;
}

void HostsFile::read() {
  names_.clear();
  std::ifstream file(path_);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string word;
    if (!(words >> word)) continue;
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(word, error);
    if (error) continue;
    while (words >> word) names_[canonical_name(word)].push_back(address);
  }
}

}  // namespace answerback::net
