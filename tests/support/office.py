"""LibreOffice opens what the program writes, with the house's typeface in place of Times New Roman."""

import os
import shutil
import subprocess
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
    program = os.environ.get("TEST_SOFFICE") or shutil.which("soffice")
    assert program, "LibreOffice is missing: scripts/system-for-tests installs it"
    fonts = folder / "fonts.conf"
    fonts.write_text(_FONTCONFIG.format(fonts=FONTS, cache=folder / "cache"), encoding="utf-8")
    profile = (folder / "profile").as_uri()
    finished = subprocess.run(
        [
            *(program, "--headless", f"-env:UserInstallation={profile}"),
            *("--convert-to", "pdf", "--outdir", str(folder), str(document)),
        ],
        capture_output=True,
        timeout=120,
        check=False,
        env={**os.environ, "FONTCONFIG_FILE": str(fonts), "HOME": str(folder)},
    )
    made = document.with_suffix(".pdf")
    assert made.exists(), finished.stderr.decode(errors="replace")
    return made.read_bytes()
