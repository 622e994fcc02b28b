"""The module beside the newest NumPy that PyPI has for this Python, in a virtual environment.

It is the file that the other tests run beside the system's NumPy: one module is right beside both."""

import pathlib
import subprocess
import sys
import unittest

import crisp
from support import skip

HERE = pathlib.Path(__file__).resolve().parent
ENVIRONMENT = pathlib.Path(crisp.__file__).resolve().parent / "newest_numpy"  # in the build


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


class NewestNumpy(unittest.TestCase):
    def test_the_module_passes_its_tests(self):
        made = run(sys.executable, "-m", "venv", ENVIRONMENT)
        if made.returncode != 0:
            return skip("python_newest_numpy", f"there is no python3-venv here: {' '.join(made.stdout.split())}")
        python = ENVIRONMENT / "bin" / "python"
        pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--retries=1", "--timeout=15"]
        installed = run(*pip, "--upgrade", "--only-binary=:all:", "numpy")
        version = run(python, "-c", "import numpy; print(numpy.__version__)")
        if version.returncode != 0:
            return skip("python_newest_numpy", f"no NumPy could be had from PyPI: {installed.stdout.splitlines()[-1]}")
        print("NumPy", version.stdout.strip(), flush=True)
        for name in ["losses", "arrays", "threads"]:
            with self.subTest(name):
                tests = subprocess.run([python, "-B", HERE / f"test_{name}.py"])  # which say themselves what they skip
                self.assertEqual(tests.returncode, 0)


if __name__ == "__main__":
    unittest.main()
