"""Debian's Chromium for pytest-playwright: which program to start, and with which arguments.

Most tests are carried by Chromium's headless shell: the same engine without the windows around it, which nobody sees and which
cost a seventh of what a test computes. It shows no notifications and asks for no permissions; what is about those takes the
``whole_browser``. Where the shell is not installed, as on Ubuntu, everything runs in the whole one.

No browser is downloaded. `TEST_CHROMIUM` names another program, for all tests. A machine without Chromium fails the browser
tests; it does not skip them.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

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
SHELL = ("/usr/lib/chromium/chromium-headless-shell", "chromium-headless-shell")
# The shell says that notifications were refused before anybody was asked. Whoever opens the app for the first time has not been
# asked, and is offered them: this is what most screens have to show.
NOT_ASKED_YET = """if (globalThis.Notification?.permission === 'denied')
    Object.defineProperty(Notification, 'permission', { get: () => 'default' });"""

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
    if found := _first_of(NAMES):
        return found
    raise ChromiumUnavailableError(MISSING)


def find_shell() -> Path:
    """Return the program for tests that need no window: the headless shell, else what :func:`find_chromium` returns."""
    if "TEST_CHROMIUM" not in os.environ and (found := _first_of(SHELL)):
        return found
    return find_chromium()


def _first_of(names: tuple[str, ...]) -> Path | None:
    path = os.environ.get("PATH", "") + ":/usr/bin"
    return next((Path(found) for name in names if (found := shutil.which(name, path=path))), None)


def launch_arguments() -> dict[str, Any]:
    """Return what Playwright's `launch` needs: `executable_path`, `args` and `chromium_sandbox`."""
    arguments = [*QUIET, f"--disable-features={','.join(DISABLED_FEATURES)}"]
    if os.getuid() == 0:  # Chromium's sandbox refuses to be started by root
        arguments.append("--no-sandbox")
    if Path("/dev/shm").exists() and shutil.disk_usage("/dev/shm").total < 256 * 1024 * 1024:
        arguments.append("--disable-dev-shm-usage")
    return {"executable_path": str(find_shell()), "args": arguments, "chromium_sandbox": os.getuid() != 0}


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


@pytest.fixture(scope="session")
def whole_browser_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """As ``browser_type_launch_args``, for the browser with its windows."""
    try:
        return {**browser_type_launch_args, "executable_path": str(find_chromium())}
    except ChromiumUnavailableError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="module")
def whole_browser(
    launch_browser: Callable[..., Browser], whole_browser_launch_args: dict[str, Any]
) -> Iterator[Browser]:
    """The browser with its windows: it shows notifications, and asks for permissions."""
    browser = launch_browser(**whole_browser_launch_args)
    yield browser
    browser.close()


def as_on_the_first_day(context: BrowserContext) -> None:
    """Nobody has been asked for notifications yet, also in a browser that refuses them without asking."""
    context.add_init_script(NOT_ASKED_YET)
