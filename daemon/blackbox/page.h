#pragma once
// Gauges as a page of Prometheus' text format. Pure.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace answerback::blackbox {

using Labels = std::vector<std::pair<std::string_view, std::string>>;

class Page {
 public:
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

  // Name and help live as long as the page. One name: one help, and label sets that differ.
  void gauge(std::string_view name, std::string_view help, double value, Labels labels = {});
  std::string text() const;  // sorted by name, as blackbox_exporter's

 private:
  struct Gauge {
    std::string_view name, help;
    double value;
    Labels labels;
  };
  std::vector<Gauge> gauges_;
};

}  // namespace answerback::blackbox
