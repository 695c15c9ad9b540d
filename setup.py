"""Puts what is made from the tree into the wheel: the web app, built when it is not there yet, and the API's description.

A finished wheel runs without Node and describes itself without reading its own source.
"""

import subprocess
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
BUILT = ROOT / "backend" / "handbook" / "static" / "pwa" / "index.html"


class BuildWithWhatIsMade(build_py):
    """Node is asked for only when somebody makes a wheel from a tree without a built web app."""

    def run(self) -> None:
        if not self.editable_mode and not BUILT.exists():
            subprocess.run(["npm", "ci"], cwd=ROOT / "pwa", check=True)  # noqa: S607 - whichever npm is in PATH
            subprocess.run(["npm", "run", "build"], cwd=ROOT / "pwa", check=True)  # noqa: S607
        super().run()
        if not self.editable_mode:
            self.copy_file(
                str(ROOT / "openapi.json"), str(Path(self.build_lib) / "handbook" / "openapi.json")
            )


setup(cmdclass={"build_py": BuildWithWhatIsMade})
