"""What cmake --install makes of the module."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import crisp

BUILD = pathlib.Path(crisp.__file__).resolve().parents[1]


class Install(unittest.TestCase):
    def test_it_can_be_imported_from_where_it_is_installed(self):
        with tempfile.TemporaryDirectory() as prefix:
            install = ["cmake", "--install", BUILD, "--component", "python", "--prefix", prefix]
            subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
            (module,) = pathlib.Path(prefix).rglob("*.so")
            self.assertRegex(str(module.parent), r"/lib/python3\.\d+/(dist|site)-packages$")
            program = "import crisp; print(crisp.__file__, crisp.__version__)"
            result = subprocess.run(
                [sys.executable, "-c", program],
                check=True,
                capture_output=True,
                text=True,
                cwd=prefix,
                env={**os.environ, "PYTHONPATH": str(module.parent)},
            )
            self.assertEqual(result.stdout.split(), [str(module), crisp.__version__])


class Version(unittest.TestCase):
    def test_it_is_that_of_the_header(self):
        header = (pathlib.Path(__file__).resolve().parents[2] / "include/crisp/version.hpp").read_text()
        numbers = [line.split()[2] for line in header.splitlines() if line.startswith("#define CRISP_VERSION_")]
        self.assertEqual(crisp.__version__, ".".join(numbers))


if __name__ == "__main__":
    unittest.main()
