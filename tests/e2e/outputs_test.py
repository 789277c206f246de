"""Standard output and error that fail: a full disk, a pipe nobody reads or whose reader has gone, closed descriptors."""
import os
import pathlib
import subprocess
import time
import unittest

from guarded import CONFIG
from harness import ANSWERBACK, Scenario, free_port, wait_for


class Outputs(Scenario):
    def start(self, **streams):
        port = free_port()
        config = pathlib.Path(self.folder, "c.yaml")
        config.write_text(CONFIG + f"state_dir: {self.folder}/state\n")
        process = subprocess.Popen([ANSWERBACK, "run", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=debug"],
                                   stdin=subprocess.DEVNULL, **streams)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        def lives():
            self.assertIsNone(process.poll())
            done = subprocess.run(["curl", "-s", "-m", "2", f"http://127.0.0.1:{port}/livez"], capture_output=True, text=True)
            return done.stdout == "ok"
        wait_for(lives, 10)
        time.sleep(0.7)  # some runs are logged meanwhile
        self.assertTrue(lives())
        process.terminate()
        self.assertEqual(process.wait(10), 0)

    def test_a_full_disk(self):
        with open("/dev/full", "wb") as full:
            self.start(stdout=full, stderr=full)

    def test_a_pipe_nobody_reads(self):
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        try:
            while True:
                os.write(writer, b"x" * 4096)
        except BlockingIOError:
            pass
        os.set_blocking(writer, True)
        self.start(stdout=writer, stderr=writer)
        os.close(reader)
        os.close(writer)

    def test_a_reader_that_went_away(self):
        reader, writer = os.pipe()
        os.close(reader)
        self.start(stdout=writer, stderr=writer)
        os.close(writer)

    def test_closed_descriptors_are_not_taken_for_others(self):
        script = 'exec "$0" "$@" >&- 2>&-'
        port = free_port()
        config = pathlib.Path(self.folder, "c.yaml")
        config.write_text(CONFIG + f"state_dir: {self.folder}/state\n")
        process = subprocess.Popen(["sh", "-c", script, ANSWERBACK, "run", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}"],
                                   stdin=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_for(lambda: subprocess.run(["curl", "-s", f"http://127.0.0.1:{port}/livez"], capture_output=True).stdout == b"ok", 10)
        for fd in ("1", "2") if os.getuid() == 0 else ():  # of a process without dumps only root may see them
            self.assertEqual(os.readlink(f"/proc/{process.pid}/fd/{fd}"), "/dev/null")
        process.terminate()
        self.assertEqual(process.wait(10), 0)


if __name__ == "__main__":
    unittest.main()
