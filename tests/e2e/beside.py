"""Our /probe beside Debian's prometheus-blackbox-exporter: both asked the same, compared field by field."""
import contextlib
import http.client
import re
import urllib.parse

from harness import Process, free_port, need, wait_for

# Times differ from run to run; ours is one more.
TIMED = re.compile(r"(probe_(dns_lookup_time|duration|http_duration|dns_duration|grpc_duration|icmp_duration)_seconds)(\{.*\})?$")
OURS = "answerback_probe_run_info"


def parse(page):
    """{name with labels: value}, {name: type}"""
    samples, types = {}, {}
    for line in page.splitlines():
        if line.startswith("# TYPE"):
            types[line.split()[2]] = line.split()[3]
        elif not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            samples[name] = float(value)
    return samples, types


def get(port, headers=None, **query):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=6)
    try:
        connection.request("GET", "/probe?" + urllib.parse.urlencode(query), headers=headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()
    finally:
        connection.close()


def exporter(folder, modules):
    """The real one with these modules, up; its port is `port`."""
    path, port = f"{folder}/theirs.yml", free_port()
    with open(path, "w") as f:
        f.write(modules)
    theirs = Process([need("prometheus-blackbox-exporter"), f"--config.file={path}", f"--web.listen-address=127.0.0.1:{port}"],
                     folder, "theirs")
    theirs.port = port

    def up():
        with contextlib.suppress(OSError):
            return get(port, target="x")
    wait_for(up, 10, theirs.output)
    return theirs


def agree(test, theirs, ours, module, target, success, reason):
    """Both say the same of this target, and ours why. Ports; our page's samples."""
    their_status, their_headers, their_page = get(theirs, module=module, target=target)
    status, headers, page = get(ours, module=module, target=target)
    test.assertEqual(status, their_status, page)
    test.assertEqual(headers["Content-Type"], their_headers["Content-Type"])
    (their_samples, their_types), (samples, types) = parse(their_page), parse(page)
    info = [name for name in samples if name.startswith(OURS)]
    test.assertEqual(len(info), 1, page)
    test.assertIn(f'reason="{reason}"', info[0])
    test.assertEqual(samples["probe_success"], success, page)
    samples = {name: value for name, value in samples.items() if name not in info}
    types.pop(OURS)
    test.assertEqual(types, their_types)
    test.assertEqual(sorted(samples), sorted(their_samples))
    for name, value in samples.items():
        if TIMED.match(name):
            test.assertFalse(value == 0 and their_samples[name] > 0.005, f"{name} is 0, theirs {their_samples[name]}")
        else:
            test.assertEqual(value, their_samples[name], name)
    return samples
