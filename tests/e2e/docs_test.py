"""Docs that are made from the program are the program's."""
import subprocess
import unittest

from harness import ANSWERBACK, ROOT


class Docs(unittest.TestCase):
    def test_probes_md_is_what_types_prints(self):
        made = subprocess.run([ANSWERBACK, "types", "--markdown"], capture_output=True, text=True, check=True).stdout
        self.assertEqual((ROOT / "docs/probes.md").read_text(), made,
                         "make it anew: build/dev/answerback types --markdown >docs/probes.md")


if __name__ == "__main__":
    unittest.main()
