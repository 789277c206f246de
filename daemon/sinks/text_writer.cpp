#include "sinks/text_writer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <ostream>
#include <string_view>

namespace answerback::sinks {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// `quoted`: a label's value, where a quotation mark would end it.
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

std::string_view name(MetricType type) {
  switch (type) {
    case MetricType::Counter: return "counter";
    case MetricType::Gauge: return "gauge";
    case MetricType::Histogram: return "histogram";
    case MetricType::Summary: return "summary";
    default: return "untyped";
  }
}

class FamilyText {
 public:
  FamilyText(std::string& out, const MetricFamily& family) : out_(out), family_(family) {
    out_.append("# HELP ").append(family.name).append(" ");
    append_escaped(out_, family.help, false);
    out_.append("\n# TYPE ").append(family.name).append(" ").append(name(family.type)).append("\n");
  }

  void add(const ClientMetric& metric) {
    labels_.clear();
    for (const auto& label : metric.label) {
      labels_.append(labels_.empty() ? "" : ",").append(label.name).append("=\"");
      append_escaped(labels_, label.value, true);
      labels_ += '"';
    }
    if (family_.type == MetricType::Histogram) {
      add_histogram(metric.histogram);
    } else {
      begin_sample("", {});
      end_sample(family_.type == MetricType::Counter ? metric.counter.value : metric.gauge.value);
    }
  }

 private:
  void add_histogram(const ClientMetric::Histogram& histogram) {
    for (const auto& bucket : histogram.bucket) {
      edge_.clear();
      append_value(edge_, bucket.upper_bound);
      begin_sample("_bucket", edge_);
      end_sample(bucket.cumulative_count);
    }
    begin_sample("_sum", {});
    end_sample(histogram.sample_sum);
    begin_sample("_count", {});
    end_sample(histogram.sample_count);
  }

  void begin_sample(std::string_view suffix, std::string_view edge) {
    out_.append(family_.name).append(suffix);
    if (!labels_.empty() || !edge.empty()) {
      out_.append("{").append(labels_);
      if (!edge.empty()) out_.append(labels_.empty() ? "le=\"" : ",le=\"").append(edge).append("\"");
      out_ += '}';
    }
    out_ += ' ';
  }
  void end_sample(double value) {
    append_value(out_, value);
    out_ += '\n';
  }
  void end_sample(std::uint64_t count) {
    append_number(out_, count);
    out_ += '\n';
  }

  std::string& out_;
  const MetricFamily& family_;
  std::string labels_, edge_;
};

}  // namespace

std::string TextWriter::Serialize(const std::vector<MetricFamily>& families) const {
  std::string page;
  for (const MetricFamily& family : families) {
    FamilyText text(page, family);
    for (const ClientMetric& metric : family.metric) text.add(metric);
  }
  return page;
}

void TextWriter::Serialize(std::ostream& out, const std::vector<MetricFamily>& families) const {
  out << Serialize(families);
}

}  // namespace answerback::sinks
