#include "sinks/text_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <system_error>

namespace answerback::sinks {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

constexpr std::string_view end_of_page = "# EOF\n";  // in OpenMetrics

// `quoted`: where a quotation mark would end it.
void append_escaped(std::string& out, std::string_view text, bool quoted) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || (c == '"' && quoted)) out += '\\';
    out += c;
  }
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> text{};  // the shortest that reads back as the same number: 24 at the most
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr);
}

void append_value(std::string& out, double number) {
  if (std::isnan(number)) {
    out += "NaN";
  } else if (std::isinf(number)) {
    out += number < 0 ? "-Inf" : "+Inf";
  } else {
    append_number(out, number);
  }
}

// An edge is part of a series' name, which others match as text: 0.0005 and not 5e-04, and in OpenMetrics 1.0
// and not 1.
void append_edge(std::string& out, double edge, Exposition format) {
  if (std::isinf(edge)) return append_value(out, edge);
  const std::size_t begin = out.size();
  std::array<char, 32> text{};  // ours go from 0.0005 to 60
  const auto end = std::to_chars(text.data(), text.data() + text.size(), edge, std::chars_format::fixed).ptr;
  out.append(text.data(), end);
  const bool whole = out.find_first_not_of("0123456789", begin) == std::string::npos;
  if (whole && format == Exposition::openmetrics) out += ".0";
}

void append_timestamp(std::string& out, Wall at) {
  const double since_epoch = seconds(at.time_since_epoch());
  std::array<char, 32> text{};
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), since_epoch, std::chars_format::fixed, 3);
  if (error == std::errc()) out.append(text.data(), end);
}

std::string_view name(MetricType type) {
  switch (type) {
    case MetricType::Counter: return "counter";
    case MetricType::Gauge: return "gauge";
    case MetricType::Histogram: return "histogram";
    case MetricType::Summary: return "summary";
    default: return "unknown";
  }
}

class FamilyText {
 public:
  FamilyText(std::string& out, const Family& family, Exposition format)
      : out_(out), name_(family.values().name), type_(family.values().type), format_(format) {
    if (!out_.empty()) return;  // it goes on
    std::string_view told = name_;
    if (open() && type_ == MetricType::Counter && told.ends_with("_total")) told.remove_suffix(6);
    out_.append("# HELP ").append(told).append(" ");
    append_escaped(out_, family.values().help, open());
    out_.append("\n# TYPE ").append(told).append(" ").append(name(type_)).append("\n");
  }

  void add(const ClientMetric& metric, std::span<const Exemplar> exemplars) {
    exemplars_ = open() ? exemplars : std::span<const Exemplar>();
    labels_.clear();
    for (const auto& label : metric.label) {
      labels_.append(labels_.empty() ? "" : ",").append(label.name).append("=\"");
      append_escaped(labels_, label.value, true);
      labels_ += '"';
    }
    if (type_ == MetricType::Histogram) {
      add_histogram(metric.histogram);
    } else {
      begin_sample("", {});
      append_value(out_, type_ == MetricType::Counter ? metric.counter.value : metric.gauge.value);
      end_sample(0);
    }
  }

 private:
  bool open() const { return format_ == Exposition::openmetrics; }

  void add_histogram(const ClientMetric::Histogram& histogram) {
    for (std::size_t i = 0; i < histogram.bucket.size(); ++i) {
      edge_.clear();
      append_edge(edge_, histogram.bucket[i].upper_bound, format_);
      begin_sample("_bucket", edge_);
      append_number(out_, histogram.bucket[i].cumulative_count);
      end_sample(i);
    }
    begin_sample("_sum", {});
    append_value(out_, histogram.sample_sum);
    out_ += '\n';
    begin_sample("_count", {});
    append_number(out_, histogram.sample_count);
    out_ += '\n';
  }

  void begin_sample(std::string_view suffix, std::string_view edge) {
    out_.append(name_).append(suffix);
    if (!labels_.empty() || !edge.empty()) {
      out_.append("{").append(labels_);
      if (!edge.empty()) out_.append(labels_.empty() ? "le=\"" : ",le=\"").append(edge).append("\"");
      out_ += '}';
    }
    out_ += ' ';
  }

  // With the run behind it, where one is known. The label has 40 characters, of the 128 that may be.
  void end_sample(std::size_t bucket) {
    const auto exemplar = std::ranges::find(exemplars_, bucket, &Exemplar::bucket);
    if (exemplar != exemplars_.end()) {
      out_.append(" # {trace_id=\"").append(trace_id(exemplar->run)).append("\"} ");
      append_value(out_, exemplar->value);
      out_ += ' ';
      append_timestamp(out_, exemplar->at);
    }
    out_ += '\n';
  }

  std::string& out_;
  std::string_view name_;
  MetricType type_;
  Exposition format_;
  std::string labels_, edge_;
  std::span<const Exemplar> exemplars_;
};

}  // namespace

// A family has its place from the first time it is told, samples or not.
std::string& Page::section(std::string_view name) {
  const auto known = std::ranges::find(sections_, name, &Section::name);
  return known != sections_.end() ? known->text : sections_.emplace_back(std::string(name), "").text;
}

void Page::add(const Families& families) {
  for (const Family& family : families.all()) {
    const auto& metrics = family.values().metric;
    std::string& out = section(family.values().name);
    if (metrics.empty()) continue;
    FamilyText lines(out, family, format_);
    for (std::size_t i = 0; i < metrics.size(); ++i) lines.add(metrics[i], family.exemplars(i));
  }
}

std::string Page::text() && {
  std::size_t size = 0;
  for (const Section& each : sections_) size += each.text.size();
  std::string page;
  page.reserve(size + end_of_page.size());
  for (; !sections_.empty(); sections_.pop_front()) page += sections_.front().text;
  if (format_ == Exposition::openmetrics) page += end_of_page;
  return page;
}

}  // namespace answerback::sinks
