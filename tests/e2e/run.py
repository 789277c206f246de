"""Runs one file of tests: run.py NAME_test.py [-v]. Says "nothing ran" where each of its tests was skipped, which is how ctest tells a
skipped file from one that leaves out what takes minutes."""
import sys
import unittest

name, *more = sys.argv[1:]
result = unittest.main(module=name.removesuffix(".py"), argv=[name, *more], exit=False).result
if result.wasSuccessful() and len(result.skipped) >= max(result.testsRun, 1):
    print("nothing ran:", "; ".join(sorted({why for _, why in result.skipped})), flush=True)
sys.exit(not result.wasSuccessful())
