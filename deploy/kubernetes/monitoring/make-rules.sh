#!/usr/bin/env bash
# Makes prometheusrule.yaml anew from ../../prometheus/answerback.rules.yml, the one place where rules are written.
set -euo pipefail
cd "$(dirname "$0")"
{
  cat <<END
# Made by make-rules.sh from deploy/prometheus/answerback.rules.yml.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: answerback
  labels: {app.kubernetes.io/name: answerback}
spec:
END
  grep -v '^#' ../../prometheus/answerback.rules.yml | sed 's/^\(.\)/  \1/'
} >"${1:-prometheusrule.yaml}"
