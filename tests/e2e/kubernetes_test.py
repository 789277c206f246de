"""The kustomize bases: rendered by kubectl, and each field that must agree with another does."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import yaml
from harness import ANSWERBACK, ROOT, need

FOLDER = ROOT / "deploy/kubernetes"
BASES = ("sidecar", "standalone", "sharded", "monitoring")


def rendered(base):
    done = subprocess.run([need("kubectl"), "kustomize", str(FOLDER / base)], capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(done.stderr)
    return list(yaml.safe_load_all(done.stdout))


def routes():
    return set(re.findall(r'Route\{"GET", "([^"]+)"', (ROOT / "daemon/http/routes.cpp").read_text()))


class Bases(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bases = {base: rendered(base) for base in BASES}

    def all(self, *kinds):
        return [(base, each) for base in BASES for each in self.bases[base] if each["kind"] in kinds]

    def workloads(self):
        """(base, workload, its pod, our container) of each."""
        for base, each in self.all("Deployment", "StatefulSet"):
            pod = each["spec"]["template"]["spec"]
            ours = [c for c in pod["containers"] + pod.get("initContainers", []) if c["name"] == "answerback"]
            self.assertEqual(len(ours), 1, each["metadata"]["name"])
            yield base, each, pod, ours[0]

    def config_of(self, base, pod, container):
        """Text of the configuration that the container's --config.file is, by its mount and its volume."""
        path = pathlib.PurePosixPath(next(a.split("=")[1] for a in container["args"] if a.startswith("--config.file=")))
        mount = next(m for m in container["volumeMounts"] if m["mountPath"] == str(path.parent))
        self.assertNotIn("subPath", mount, "would never change")
        volume = next(v for v in pod["volumes"] if v["name"] == mount["name"])
        maps = [m for m in self.bases[base] if m["kind"] == "ConfigMap" and m["metadata"]["name"] == volume["configMap"]["name"]]
        self.assertEqual(len(maps), 1, volume)
        return maps[0]["data"][path.name]

    def test_names_are_unique_and_there(self):
        for base in BASES:
            names = [(each["kind"], each["metadata"]["name"]) for each in self.bases[base]]
            self.assertEqual(len(names), len(set(names)), base)
        kinds = {each["kind"] for base in BASES for each in self.bases[base]}
        self.assertLessEqual({"Deployment", "StatefulSet", "Service", "ConfigMap", "NetworkPolicy", "PodDisruptionBudget",
                              "ServiceMonitor", "PodMonitor", "PrometheusRule"}, kinds)

    def test_restricted(self):
        for _, each, pod, ours in self.workloads():
            said = pod["securityContext"]
            self.assertTrue(said["runAsNonRoot"])
            self.assertEqual((said["runAsUser"], said["runAsGroup"]), (65532, 65532))
            self.assertIn("USER 65532:65532", (ROOT / "deploy/Containerfile").read_text())
            self.assertEqual(said["seccompProfile"], {"type": "RuntimeDefault"})
            self.assertFalse(pod["automountServiceAccountToken"])
            for container in pod["containers"] + pod.get("initContainers", []):
                self.assertFalse(container["securityContext"]["allowPrivilegeEscalation"])
                self.assertEqual(container["securityContext"]["capabilities"], {"drop": ["ALL"]})
            self.assertTrue(ours["securityContext"]["readOnlyRootFilesystem"])
            self.assertLessEqual({"memory", "cpu"}, set(ours["resources"]["requests"]))
            self.assertEqual(list(ours["resources"]["limits"]), ["memory"], each["metadata"]["name"])

    def test_configurations_pass_check_and_listen_where_they_are_asked(self):
        for base, each, pod, ours in self.workloads():
            config = self.config_of(base, pod, ours)
            ports = {p["containerPort"] for p in ours["ports"]}
            self.assertEqual(ports, {int(yaml.safe_load(config)["listen"].rsplit(":", 1)[1])}, each["metadata"]["name"])
            variables = {e["name"]: e.get("value", "postgresql://u:pw@db/chat" if "URL" in e["name"] else "a value of 32 bytes or even more")
                         for e in ours.get("env", [])}
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder, "config.yaml")
                path.write_text(config)
                done = subprocess.run([ANSWERBACK, "check", f"--config.file={path}"], capture_output=True, text=True,
                                      env={"PATH": os.environ["PATH"], **variables})
            self.assertEqual((done.returncode, done.stderr), (0, ""), each["metadata"]["name"])
            wants_state = "state_dir" in config
            mounts = {m["mountPath"] for m in ours["volumeMounts"]}
            self.assertEqual(wants_state, "/var/lib/answerback" in mounts, "a root that is read-only keeps no state")
            volumes = {v["name"] for v in pod["volumes"]} | {c["metadata"]["name"] for c in each["spec"].get("volumeClaimTemplates", [])}
            self.assertEqual({m["name"] for m in ours["volumeMounts"]}, volumes)
            done = subprocess.run([ANSWERBACK, *ours["args"][1:], "--help"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, f"arguments: {done.stderr}")

    def test_probes_ask_routes_there_are_at_ports_there_are(self):
        known = routes()
        self.assertIn("/livez", known)
        for base, each, pod, ours in self.workloads():
            for container in pod["containers"] + pod.get("initContainers", []):
                named = {p.get("name"): p["containerPort"] for p in container["ports"]}
                for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
                    asked = container.get(kind, {}).get("httpGet")
                    if not asked:
                        continue
                    port = named.get(asked["port"], asked["port"])
                    self.assertEqual(port, ours["ports"][0]["containerPort"], "only we are asked over HTTP here")
                    self.assertIn(asked["path"], known)
                    if kind != "readinessProbe":
                        self.assertEqual(asked["path"], "/livez", "never a target's health: the pod would be restarted for it")
                    elif container is ours:
                        self.assertEqual(asked["path"], "/-/ready", "ready to be asked, whatever the platform is")
            if base == "sidecar":
                self.assertEqual(ours["restartPolicy"], "Always")
                self.assertIn(ours, pod["initContainers"])
                self.assertNotIn("readinessProbe", ours)
                app = pod["containers"][0]["readinessProbe"]["httpGet"]
                self.assertEqual(app["path"], "/readyz")
            else:
                self.assertIn("readinessProbe", ours)

    def test_a_sidecar_looks_at_its_own_pod_only(self):
        for base, _, pod, ours in self.workloads():
            if base == "sidecar":
                config = yaml.safe_load(self.config_of(base, pod, ours))
                inside = {c["ports"][0]["containerPort"] for c in pod["containers"]}
                for probe in config["probes"]:
                    target = re.match(r"\w+://127\.0\.0\.1:(\d+)/", probe["url"])
                    self.assertTrue(target and int(target[1]) in inside, probe)
                    self.assertNotIn(probe["type"], ("llm", "agent", "postgres", "redis"))

    def test_selectors_find_what_they_mean(self):
        pods = [(base, each, each["spec"]["template"]["metadata"]["labels"]) for base, each in self.all("Deployment", "StatefulSet")]
        matches = lambda selector, labels: (selector.get("matchLabels", {}).items() <= labels.items() and all(
            labels.get(e["key"]) in e["values"] for e in selector.get("matchExpressions", [])))
        for base, each, labels in pods:
            self.assertTrue(matches(each["spec"]["selector"], labels), each["metadata"]["name"])
        for base, each in self.all("Service", "NetworkPolicy", "PodDisruptionBudget"):
            spec = each["spec"]
            selector = {"matchLabels": spec["selector"]} if each["kind"] == "Service" else spec.get("selector") or spec["podSelector"]
            found = [w for b, w, labels in pods if b == base and matches(selector, labels)]
            self.assertTrue(found, f"{each['kind']} {each['metadata']['name']} finds no pod")
            if each["kind"] == "Service":
                self.assertEqual(len(found), 1, each["metadata"]["name"])
                container = found[0]["spec"]["template"]["spec"]["containers"][0]
                self.assertEqual([(p["targetPort"], p["port"]) for p in spec["ports"]],
                                 [(p["name"], p["containerPort"]) for p in container["ports"]])
            if each["kind"] == "NetworkPolicy":
                self.assertEqual(spec["ingress"][0]["ports"], [{"port": 9797}])
                names = [e for e in spec["egress"] if {"ipBlock": {"cidr": "169.254.20.10/32"}} in e["to"]]
                self.assertEqual([sorted(p["protocol"] for p in e["ports"] if p["port"] == 53) for e in names], [["TCP", "UDP"]],
                                 "NodeLocal DNSCache is link-local, too")
        services = [each for _, each in self.all("Service")]
        scraped = []
        for _, monitor in self.all("ServiceMonitor"):
            found = [s for s in services if matches(monitor["spec"]["selector"], s["metadata"]["labels"])]
            self.assertTrue(found, monitor["metadata"]["name"])
            scraped += found
            for service in found:
                self.assertIn(monitor["spec"]["endpoints"][0]["port"], [p["name"] for p in service["spec"]["ports"]])
        self.assertEqual(sorted(map(id, scraped)), sorted(map(id, services)), "each service is scraped once")
        for _, monitor in self.all("PodMonitor"):
            endpoint = monitor["spec"]["podMetricsEndpoints"][0]
            found = [w for _, w, labels in pods if matches(monitor["spec"]["selector"], labels)]
            self.assertEqual([w["metadata"]["name"] for w in found], ["chat"])
            self.assertIn(endpoint["port"], [p["name"] for p in found[0]["spec"]["template"]["spec"]["initContainers"][0]["ports"]])
            self.assertIn(endpoint["path"], routes())

    def test_parent_shards_and_replicas_agree(self):
        for base, each, pod, ours in self.workloads():
            if each["kind"] != "StatefulSet":
                continue
            replicas, name = each["spec"]["replicas"], each["metadata"]["name"]
            self.assertIn(f"--shard=$(POD_NAME)/{replicas}", ours["args"])
            self.assertEqual(ours["env"][0]["valueFrom"]["fieldRef"]["fieldPath"], "metadata.name")
            groups = yaml.safe_load(self.config_of(base, pod, ours))["groups"]
            parent = next(w for b, w, _, _ in self.workloads() if b == base and w["kind"] == "Deployment")
            parent_pod = parent["spec"]["template"]["spec"]
            probes = yaml.safe_load(self.config_of(base, parent_pod, parent_pod["containers"][0]))["probes"]
            headless = next(s for b, s in self.all("Service") if b == base and s["metadata"]["name"] == each["spec"]["serviceName"])
            self.assertEqual((headless["spec"]["clusterIP"], headless["spec"]["publishNotReadyAddresses"]), ("None", True))
            watched = set()
            for probe in probes:
                seen = re.fullmatch(rf"http://{name}-(\d+)\.{headless['metadata']['name']}:9797/health(?:/(\w+))?", probe["url"])
                self.assertTrue(seen, probe)
                self.assertEqual(probe["shard"], f"{seen[1]}/{replicas}")
                self.assertTrue(seen[2] is None or seen[2] in groups, probe)
                watched.add((int(seen[1]), seen[2]))
            for group in {group for _, group in watched}:
                self.assertEqual({s for s, g in watched if g == group}, set(range(replicas)), group)
            self.assertIn((0, None), watched)

    def test_alerting_rules_are_those_of_prometheus(self):
        rules = yaml.safe_load((ROOT / "deploy/prometheus/answerback.rules.yml").read_text())
        rule = next(each for _, each in self.all("PrometheusRule"))
        self.assertEqual(rule["spec"], rules, "deploy/kubernetes/monitoring/make-rules.sh makes it anew")


if __name__ == "__main__":
    unittest.main()
