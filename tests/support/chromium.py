"""Debian's Chromium for pytest-playwright: which program to start, and with which arguments.

No browser is downloaded. `TEST_CHROMIUM` names another program. A machine without Chromium fails the browser
tests; it does not skip them.
"""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

MISSING = (
    "Chromium was not found (looked for chromium, chromium-browser, google-chrome and $TEST_CHROMIUM). "
    "Install it with: sudo apt-get install chromium fonts-noto-core"
)
# Debian's `chromium` is a script that asks for drawing with a graphics card. Where there is none, that is imitated, which costs
# a fifth of what the browser computes; so the program behind the script is started, if it lies there.
NAMES = (
    "/usr/lib/chromium/chromium",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)

# Tests speak to this machine only: nothing of the browser's own may call out, and a stray lookup would
# make a closed network look like a fault of ours.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-quic",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-default-browser-check",
    "--no-first-run",
]
# Chromium heeds the last list of features only, so this one begins with Playwright's own. The rest would give every window two
# renderers more, for suggestions below an address line that nobody sees.
DISABLED_FEATURES = [
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints"),
    *("NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"),
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
]


class ChromiumUnavailableError(RuntimeError):
    """No Chromium on this machine; the message says what to install."""


def find_chromium() -> Path:
    """Return the browser's program.

    Raises ChromiumUnavailableError when there is none, or when `TEST_CHROMIUM` names no file.
    """
    if chosen := os.environ.get("TEST_CHROMIUM"):
        if Path(chosen).is_file():
            return Path(chosen)
        raise ChromiumUnavailableError(f"TEST_CHROMIUM names {chosen}, which does not exist.")
    for name in NAMES:
        if found := shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/bin"):
            return Path(found)
    raise ChromiumUnavailableError(MISSING)


def launch_arguments() -> dict[str, Any]:
    """Return what Playwright's `launch` needs: `executable_path`, `args` and `chromium_sandbox`."""
    arguments = [*QUIET, f"--disable-features={','.join(DISABLED_FEATURES)}"]
    if os.getuid() == 0:  # Chromium's sandbox refuses to be started by root
        arguments.append("--no-sandbox")
    if Path("/dev/shm").exists() and shutil.disk_usage("/dev/shm").total < 256 * 1024 * 1024:
        arguments.append("--disable-dev-shm-usage")
    return {"executable_path": str(find_chromium()), "args": arguments, "chromium_sandbox": os.getuid() != 0}


def pictures_wanted() -> bool:
    """Whether every step is to be photographed (`TEST_PICTURES=1`, `make screens`). No test asserts anything of a picture."""
    return os.environ.get("TEST_PICTURES") == "1"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Make pytest-playwright start Debian's Chromium."""
    try:
        own = launch_arguments()
    except ChromiumUnavailableError as error:
        pytest.fail(str(error), pytrace=False)
    return {**browser_type_launch_args, **own}
