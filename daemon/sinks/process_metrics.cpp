#include "sinks/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

namespace answerback::sinks {
namespace {

// Fields of /proc/self/stat, numbered from 1 as in proc(5).
struct Stat {
  double utime = 0, stime = 0;  // ticks; 14, 15
  double start_time = 0;        // ticks after boot; 22
  double rss = 0;               // pages; 24
};

std::optional<Stat> read_stat() {
  std::ifstream file("/proc/self/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  const std::size_t name_end = text.rfind(')');  // field 2, which may hold anything
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  Stat stat;
  std::string skipped;
  for (int number = 3; number <= 24 && fields; ++number) {
    switch (number) {
      case 14: fields >> stat.utime; break;
      case 15: fields >> stat.stime; break;
      case 22: fields >> stat.start_time; break;
      case 24: fields >> stat.rss; break;
      default: fields >> skipped;
    }
  }
  return fields ? std::optional(stat) : std::nullopt;
}

// Where /proc shows processes alone (systemd's ProcSubset=pid).
double boot_time_by_clocks() {
  timespec wall{}, since_boot{};
  ::clock_gettime(CLOCK_REALTIME, &wall);
  ::clock_gettime(CLOCK_BOOTTIME, &since_boot);
  return static_cast<double>(wall.tv_sec - since_boot.tv_sec);
}

double boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string key, rest; file >> key; std::getline(file, rest)) {
    double at = 0;
    if (key == "btime" && file >> at) return at;
  }
  static const double once = boot_time_by_clocks();  // it would tremble from scrape to scrape
  return once;
}

std::optional<double> open_files() {
  std::error_code failed;
  double count = 0;
  for (std::filesystem::directory_iterator each("/proc/self/fd", failed), end; !failed && each != end;
       each.increment(failed)) {
    ++count;
  }
  if (failed || count == 0) return std::nullopt;
  return count - 1;  // the one that is open for counting
}

}  // namespace

void add_process(Families& out) {
  const double ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const std::optional<Stat> stat = read_stat();
  Family& cpu = out.counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.");
  Family& memory = out.gauge("process_resident_memory_bytes", "Resident memory size in bytes.");
  Family& start =
      out.gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.");
  if (stat) {
    cpu.value({}, (stat->utime + stat->stime) / ticks);
    memory.value({}, stat->rss * static_cast<double>(::sysconf(_SC_PAGESIZE)));
    start.value({}, boot_time() + stat->start_time / ticks);
  }
  Family& open = out.gauge("process_open_fds", "Number of open file descriptors.");
  if (const auto count = open_files()) open.value({}, *count);
  rlimit limit{};
  Family& most = out.gauge("process_max_fds", "Maximum number of open file descriptors.");
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) most.value({}, static_cast<double>(limit.rlim_cur));
}

}  // namespace answerback::sinks
