"""Builds the web app into the wheel when it is not there yet, so that a finished wheel runs without Node."""

import subprocess
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
BUILT = ROOT / "backend" / "handbook" / "static" / "pwa" / "index.html"


class BuildWithPwa(build_py):
    """Node is asked for only when somebody makes a wheel from a tree without a built web app."""

    def run(self) -> None:
        if not self.editable_mode and not BUILT.exists():
            subprocess.run(["npm", "ci"], cwd=ROOT / "pwa", check=True)  # noqa: S607 - whichever npm is in PATH
            subprocess.run(["npm", "run", "build"], cwd=ROOT / "pwa", check=True)  # noqa: S607
        super().run()


setup(cmdclass={"build_py": BuildWithPwa})
