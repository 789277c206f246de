#pragma once
// Alerts as others read them. Pure.

#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <vector>

#include "notify/alert.h"

namespace answerback::notify {

// The body of Alertmanager's POST /api/v2/alerts: what fires, with an end `keep` from now, so that it ends by
// itself should we be gone; and what is over. No alert ends before it starts, whatever our clock did.
// https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
std::string alertmanager_body(std::span<const Alert* const> firing, std::span<const Notice* const> over,
                              Wall now, Duration keep);

// The body of a webhook without a template: one alert in the shape of Alertmanager's own webhook, version 4,
// so that whatever takes those takes ours.
// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
std::string webhook_body(const Notice&, std::string_view receiver, std::string_view external_url);

// Of the labels, as Alertmanager computes it: 16 hex digits.
std::string fingerprint(const Alert&);

boost::json::object json_of(const std::map<std::string, std::string>&);

}  // namespace answerback::notify
