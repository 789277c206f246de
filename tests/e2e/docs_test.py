"""Docs that are made from the program are the program's."""
import pathlib
import re
import subprocess
import tempfile
import textwrap
import unittest

from harness import ANSWERBACK, ROOT


class Docs(unittest.TestCase):
    def test_probes_md_is_what_types_prints(self):
        made = subprocess.run([ANSWERBACK, "types", "--markdown"], capture_output=True, text=True, check=True).stdout
        self.assertEqual((ROOT / "docs/probes.md").read_text(), made,
                         "make it anew: build/dev/answerback types --markdown >docs/probes.md")

    def examples(self, page):
        examples = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / page).read_text(), re.S)
        self.assertGreaterEqual(len(examples), 2)
        return examples

    def check(self, text):
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder, "config.yaml")
            config.write_text(text)
            done = subprocess.run([ANSWERBACK, "check", f"--config.file={config}"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_examples_of_dialogues_are_configurations(self):
        for example in self.examples("dialogues.md"):
            self.check("service: chat\ncredentials: {canary: {bearer: a-token}}\nprobes:\n" + textwrap.indent(example, "  "))

    def test_what_configuration_md_shows_is_one(self):
        for example in self.examples("configuration.md"):
            self.check(example)


if __name__ == "__main__":
    unittest.main()
