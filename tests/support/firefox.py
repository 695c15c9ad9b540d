"""Debian's Firefox ESR, driven by WebDriver BiDi, the protocol that it speaks without another program in between.

No browser is downloaded. `TEST_FIREFOX` names another program. A machine without Firefox fails the tests that drive it;
it does not skip them. Playwright's own Firefox is another build, without the push of the real one.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.support.limits import stop
from websockets.sync.client import ClientConnection, connect

MISSING = (
    "Firefox ESR was not found (looked for firefox-esr and $TEST_FIREFOX). "
    "Install it with: sudo apt-get install firefox-esr"
)
# Where Firefox writes, once it listens, the address at which it can be driven.
_ADDRESS = "WebDriverBiDiServer.json"
_START_SECONDS = 60.0
_COMMAND_SECONDS = 30.0

# Tests speak to this machine only: what of Firefox's own would call out is switched off, besides what it leaves be
# because it is driven. Set before its start, so that they hold from its first moment on.
QUIET: Mapping[str, bool | int | str] = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.newtabpage.enabled": False,
    "browser.region.network.url": "",
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.startup.homepage": "about:blank",
    "browser.startup.page": 0,
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.prefetch-next": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.server": "data:,",
    # A driven Firefox keeps away from its push service unless all of these settings are made by who drives it.
    "remote.prefs.recommended": False,
    "dom.disable_beforeunload": True,
    "dom.max_script_run_time": 0,
    # A process less for each page: the machines are small.
    "browser.newtab.preload": False,
    "dom.ipc.processPrelaunch.enabled": False,
    "fission.autostart": False,
    "dom.ipc.processCount": 1,
}


class FirefoxUnavailableError(RuntimeError):
    """No Firefox on this machine; the message says what to install."""


class BrowserError(RuntimeError):
    """Firefox answered a command with an error, or a script threw; the message is Firefox's."""


def find_firefox() -> Path:
    """Return the browser's program.

    Raises FirefoxUnavailableError when there is none, or when `TEST_FIREFOX` names no file.
    """
    if chosen := os.environ.get("TEST_FIREFOX"):
        if Path(chosen).is_file():
            return Path(chosen)
        raise FirefoxUnavailableError(f"TEST_FIREFOX names {chosen}, which does not exist.")
    if found := shutil.which("firefox-esr", path=os.environ.get("PATH", "") + ":/usr/bin"):
        return Path(found)
    raise FirefoxUnavailableError(MISSING)


class Firefox:
    """A running Firefox with one window. Every wait has an end."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._number = 0
        self.command("session.new", capabilities={})
        self._window = self._windows()[0]["context"]

    def open(self, url: str) -> None:
        """Go to this address and wait until it is loaded."""
        self.command("browsingContext.navigate", context=self._window, url=url, wait="complete")

    def ask(self, expression: str, *, context: str | None = None) -> Any:
        """The JSON value of a JavaScript expression in the page; a promise is waited for.

        Raises BrowserError with what it threw.
        """
        answer = self.command(
            "script.evaluate",
            expression=f"(async () => JSON.stringify((await ({expression})) ?? null))()",
            target={"context": context or self._window},
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise BrowserError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def wait_for(self, expression: str, *, seconds: float = 30.0) -> Any:
        """The value of this expression once it is true. Raises AssertionError when it is not in time.

        What throws is asked again: a page on its way elsewhere has nothing to ask.
        """
        deadline = time.monotonic() + seconds
        value: Any = None
        while time.monotonic() < deadline:
            try:
                if value := self.ask(expression):
                    return value
            except BrowserError as error:
                value = error
            time.sleep(0.1)
        raise AssertionError(f"not in {seconds:.0f} s: {expression}; last: {value}; {self.screen()}")

    def screen(self) -> str:
        """The words on the screen, for messages of failed tests."""
        try:
            return str(self.ask("location.pathname + ': ' + document.body.innerText"))
        except BrowserError as error:
            return str(error)

    def press(self, name: str, *, role: str = "button") -> None:
        """Press what a screen reader would call so, as a finger does: the page has a person's leave afterwards."""
        locator = {"type": "accessibility", "value": {"role": role, "name": name}}
        self._touch(self._find(locator, f"{role} {name!r}"))

    def write(self, name: str, text: str) -> None:
        """Write into the field with this name in its form, as a person types."""
        self._touch(self._find({"type": "css", "value": f"input[name={name!r}]"}, f"field {name!r}"))
        keys = [{"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keys", "actions": keys})

    def tap_notification(self, *, seconds: float = 20.0) -> None:
        """Tap the notification that Firefox shows in the corner of the screen, once it is there.

        It is a window of Firefox's own, and its own handler of the tap is what is called.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for window in self._windows("chrome"):
                if window["url"] == "chrome://global/content/alerts/alert.xhtml":
                    self.ask("onAlertClick()", context=window["context"])
                    return
            time.sleep(0.1)
        raise AssertionError("Firefox shows no notification")

    def wait_for_window(self, url: str, *, seconds: float = 20.0) -> None:
        """Wait until a window shows this address, whichever it is. Raises AssertionError when none does in time."""
        deadline = time.monotonic() + seconds
        while url not in (shown := [window["url"] for window in self._windows()]):
            assert time.monotonic() < deadline, f"{url} is not among {shown}"
            time.sleep(0.1)

    def _windows(self, scope: str = "content") -> list[dict[str, Any]]:
        tree = self.command("browsingContext.getTree", **({"moz:scope": scope} if scope == "chrome" else {}))
        found: list[dict[str, Any]] = tree["contexts"]
        return found

    def _find(self, locator: Mapping[str, Any], what: str) -> Mapping[str, Any]:
        deadline = time.monotonic() + _COMMAND_SECONDS
        while time.monotonic() < deadline:
            found = self.command("browsingContext.locateNodes", context=self._window, locator=locator)[
                "nodes"
            ]
            if len(found) == 1:
                return {"sharedId": found[0]["sharedId"]}
            time.sleep(0.1)
        raise AssertionError(f"no single {what}; {self.screen()}")

    def _touch(self, element: Mapping[str, Any]) -> None:
        self.command(
            "script.callFunction",
            functionDeclaration="(element) => element.scrollIntoView({ block: 'center' })",
            arguments=[element],
            target={"context": self._window},
            awaitPromise=False,
        )
        where = {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": element}}
        taps = [where, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self._act({"type": "pointer", "id": "finger", "actions": taps})

    def _act(self, source: Mapping[str, Any]) -> None:
        self.command("input.performActions", context=self._window, actions=[source])

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Give a command of the protocol and return what comes of it. Raises BrowserError or TimeoutError."""
        self._number += 1
        self._connection.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        deadline = time.monotonic() + _COMMAND_SECONDS
        while True:
            answer = json.loads(self._connection.recv(timeout=max(0.0, deadline - time.monotonic())))
            if answer.get("id") != self._number:
                continue
            if answer["type"] == "error":
                raise BrowserError(f"{method}: {answer['error']}: {answer['message']}")
            result: dict[str, Any] = answer["result"]
            return result


@contextmanager
def start_firefox(folder: Path, preferences: Mapping[str, bool | int | str]) -> Iterator[Firefox]:
    """Start Firefox without a screen, with a new profile below ``folder`` and these preferences; end it afterwards."""
    try:
        program = find_firefox()
    except FirefoxUnavailableError as error:
        pytest.fail(str(error), pytrace=False)
    profile = folder / "profile"
    profile.mkdir(parents=True)
    lines = [
        f"user_pref({json.dumps(name)}, {json.dumps(value)});"
        for name, value in {**QUIET, **preferences}.items()
    ]
    (profile / "user.js").write_text("\n".join(lines), "utf-8")
    environment = {**os.environ, "HOME": str(folder), "MOZ_CRASHREPORTER_DISABLE": "1", "LANGUAGE": "vi"}
    with (folder / "firefox.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(str(program), "--headless", "--no-remote", "--profile", str(profile)),
                *("--remote-debugging-port=0", "--remote-allow-system-access", "about:blank"),
            ],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            with connect(_address(process, profile), max_size=None, proxy=None) as connection:
                firefox = Firefox(connection)
                yield firefox
                firefox.command("browser.close")
            process.wait(20)
        finally:
            # Its own processes end with it.
            stop(process)


def _address(process: subprocess.Popen[bytes], profile: Path) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "Firefox ended at its start"
        try:
            told = json.loads((profile / _ADDRESS).read_text("utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.05)
            continue
        return f"ws://{told['ws_host']}:{told['ws_port']}/session"
    raise AssertionError("Firefox cannot be driven: it did not say where")
