"""LibreOffice opens what the program writes, with the house's typeface in place of Times New Roman."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from handbook.kernel.typesetting import FONTS

_FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <alias binding="same"><family>Times New Roman</family><prefer><family>Tinos</family></prefer></alias>
</fontconfig>
"""


def as_pdf(document: Path, folder: Path) -> bytes:
    """The DOCX as LibreOffice prints it. Fails, and is not skipped, where LibreOffice is missing."""
    return all_as_pdf([document], folder)[0]


def all_as_pdf(documents: Sequence[Path], folder: Path) -> list[bytes]:
    """Several at one start of the program, in their order."""
    program = os.environ.get("TEST_SOFFICE") or shutil.which("soffice")
    assert program, "LibreOffice is missing: scripts/system-for-tests installs it"
    fonts = folder / "fonts.conf"
    fonts.write_text(_FONTCONFIG.format(fonts=FONTS, cache=folder / "cache"), encoding="utf-8")
    profile = (folder / "profile").as_uri()
    finished = subprocess.run(
        [
            *(program, "--headless", f"-env:UserInstallation={profile}"),
            *("--convert-to", "pdf", "--outdir", str(folder), *map(str, documents)),
        ],
        capture_output=True,
        timeout=120,
        check=False,
        env={**os.environ, "FONTCONFIG_FILE": str(fonts), "HOME": str(folder)},
    )
    made = [document.with_suffix(".pdf") for document in documents]
    assert all(one.exists() for one in made), finished.stderr.decode(errors="replace")
    return [one.read_bytes() for one in made]
