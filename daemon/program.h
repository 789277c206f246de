#pragma once
// Our programs lie in one folder.

#include <sys/auxv.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace answerback {

// The path of another of our programs. Where /proc is not mounted, by the name we were started under, links
// followed.
inline std::string program_beside(std::string_view name) {
  std::error_code unmounted;
  std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", unmounted);
  if (unmounted) self = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
  if (const auto real = std::filesystem::canonical(self, unmounted); !unmounted) self = real;
  return (self.parent_path() / name).string();
}

}  // namespace answerback
