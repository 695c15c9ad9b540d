"""What browser tests do again and again: reading QR codes and activation sheets, signing in, stubbing the push vendor."""

import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import zxingcpp
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image
from playwright.sync_api import BrowserContext, Page, Request, expect
from playwright.sync_api import Error as PlaywrightError
from tests.support.pdf import page_texts
from tests.support.push_service import Subscription, base64url

PASSWORD = "giấy trắng mực đen"
# These machines are small and shared.
expect.set_options(timeout=20_000)
# Of the device, not of the person: text size and language, and when the app offered to be installed.
DEVICE_SETTINGS = [
    "handbook.preferences",
    "handbook.visits",
    "handbook.install-dismissed",
    "handbook.update-put-off",
]
# Of a point of P-256: a mark and two coordinates.
UNCOMPRESSED_POINT = 65
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "chủ nhật")
_CODE = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}\b")


def activation_codes(sheet: Path) -> dict[str, str]:
    """Codes of a printed activation sheet by the card number printed before them."""
    codes: dict[str, str] = {}
    card = ""
    for text in page_texts(sheet.read_bytes()):
        for line in text.split("\n"):
            if found := re.search(r"\b\d{2}\.\d{6}\b", line):
                card = found[0]
            if (code := _CODE.search(line)) and card:
                codes.setdefault(card, code[0])
    return codes


def activate(page: Page, url: str, code: str) -> None:
    """First access the way a member does it: open the link of the sheet, set a password, accept the purpose notice."""
    page.goto(f"{url}/activate#{code}")
    page.get_by_label("Mật khẩu mới").fill(PASSWORD)
    page.get_by_label("Nhập lại mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Kích hoạt").click()


def accept_purpose(page: Page) -> None:
    """Tick and go on; afterwards the first screen is there."""
    page.get_by_label("Tôi đã đọc và đồng ý").check()
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.get_by_role("heading", level=1, name="Sổ tay dùng dữ liệu nào")).to_have_count(0)


def read_qr(page: Page) -> str:
    """What a camera reads from the screen as soon as the code stands on it."""
    found: list[str] = []

    def read() -> bool:
        found[:] = [one.text for one in zxingcpp.read_barcodes(Image.open(BytesIO(page.screenshot())))]
        return len(found) == 1

    wait_until(read, "not one code on the screen", page)
    return found[0]


# What pages have asked for and not got yet.
_asked: dict[Page, set[Request]] = {}


def watch_requests(context: BrowserContext) -> None:
    """From now on :func:`under_way` knows what every page of this context waits for."""

    def watch(page: Page) -> None:
        asked = _asked.setdefault(page, set())

        def begun(one: Request) -> None:
            asked.add(one)

        def ended(one: Request) -> None:
            asked.discard(one)

        page.on("request", begun)
        page.on("requestfinished", ended)
        page.on("requestfailed", ended)
        page.on("close", lambda closed: _asked.pop(closed, None))

    context.on("page", watch)


def under_way(page: Page) -> list[str]:
    """The paths that this page has asked for and not got yet."""
    return [one.url for one in _asked.get(page, ())]


def stub_push_vendor(context: BrowserContext, url: str, subscription: Subscription) -> None:
    """STUB of the browser vendor's registration, which a machine without the vendor's network cannot do.

    Only ``PushManager`` is replaced, by a subscription of the fake push service with real keys: our page, our server,
    encryption, sending, and the service worker are the real ones. What the page asks for is refused as a browser refuses it:
    pushes that may stay unseen, and a key that is none; from then on the vendor takes messages under that key only.
    """
    context.grant_permissions(["notifications"], origin=url)
    body = json.dumps(subscription.as_json())

    def bind(key: list[int]) -> bool:
        """Whether the bytes are an uncompressed point of P-256, as RFC 8292 wants the vendor's key to be."""
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes(key))
        except ValueError:
            return False
        if len(key) != UNCOMPRESSED_POINT:
            return False
        subscription.application_server_key = base64url(bytes(key))
        return True

    context.expose_function("bindToVendor", bind)
    context.add_init_script(
        f"""(() => {{
        const json = {body};
        let live = null;
        const made = () => ({{
            ...json, expirationTime: null, options: {{ userVisibleOnly: true }},
            getKey: () => null, toJSON: () => json,
            unsubscribe: async () => {{ live = null; return true; }},
        }});
        const bytes = async (key) => [...new Uint8Array(await new Response(key).arrayBuffer())];
        PushManager.prototype.subscribe = async (options) => {{
            if (options?.userVisibleOnly !== true) throw new DOMException('unseen pushes', 'NotAllowedError');
            const key = options.applicationServerKey;
            if (!ArrayBuffer.isView(key) && !(key instanceof ArrayBuffer)) throw new TypeError('no key in bytes');
            if (!(await window.bindToVendor(await bytes(key)))) throw new DOMException('no key', 'InvalidAccessError');
            return (live = made());
        }};
        PushManager.prototype.getSubscription = async () => live;
        PushManager.prototype.permissionState = async () => 'granted';
        }})()"""
    )


def deliver_push(page: Page, plaintext: str, *, seconds: float = 30) -> None:
    """Hand a decrypted push to the service worker, as the browser does when one arrives, and wait until it is dealt with.

    Nobody may ask for the tray before that: Chromium drops a notification that it has written down and not yet put there when
    somebody asks in between, and then it never stands there.
    """
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    heard: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(
            row["registrationId"] for row in event["registrations"] if not row["isDeleted"]
        ),
    )
    session.on(
        "BackgroundService.backgroundServiceEventReceived",
        lambda event: heard.append(event["backgroundServiceEvent"]["eventName"]),
    )
    session.send("ServiceWorker.enable")
    # Who begins to observe is told of what was recorded before, too.
    session.send("BackgroundService.clearEvents", {"service": "pushMessaging"})
    session.send("BackgroundService.setRecording", {"shouldRecord": True, "service": "pushMessaging"})
    session.send("BackgroundService.startObserving", {"service": "pushMessaging"})
    wait_until(lambda: bool(found), "no service worker is registered", page)
    origin = "/".join(page.url.split("/")[:3])
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": found[-1], "data": plaintext},
    )
    wait_until(
        lambda: "Push event completed" in heard,
        lambda: f"the worker did not deal with the push: {heard}",
        page,
        seconds=seconds,
    )
    session.detach()


def notifications(page: Page) -> list[dict[str, str]]:
    """The notifications that are on the phone's screen now."""
    shown: list[dict[str, str]] = page.evaluate(
        """async () => {
            const registration = await navigator.serviceWorker.ready;
            return (await registration.getNotifications()).map(({ title, body, tag }) => ({ title, body, tag }));
        }"""
    )
    return shown


def time_in_words(meeting: Mapping[str, Any]) -> str:
    """When a meeting (as the API gives it) begins, in the words of a Vietnamese notification."""
    starts_at = datetime.fromisoformat(meeting["starts_at"]).astimezone(ZoneInfo(meeting["timezone"]))
    return f"{starts_at:%H:%M}, {WEEKDAYS[starts_at.weekday()]} {starts_at.day}/{starts_at.month}"


def stored_rows(page: Page) -> dict[str, int]:
    """How many rows each IndexedDB store holds, empty ones left out; also what localStorage holds of the person."""
    found: dict[str, int] = page.evaluate(
        """async (settings) => {
            const asked = (request) => new Promise((resolve, reject) => {
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => reject(request.error);
            });
            const rows = {};
            for (const key of Object.keys(localStorage)) if (!settings.includes(key)) rows[`localStorage.${key}`] = 1;
            for (const { name } of await indexedDB.databases()) {
                const database = await asked(indexedDB.open(name));
                for (const store of database.objectStoreNames) {
                    const count = await asked(database.transaction(store).objectStore(store).count());
                    if (count) rows[`${name}.${store}`] = count;
                }
                database.close();
            }
            return rows;
        }""",
        DEVICE_SETTINGS,
    )
    return found


def nothing_stored(page: Page) -> bool:
    """Whether nothing of the person is left; false also while the page is on its way elsewhere."""
    try:
        return stored_rows(page) == {}
    except PlaywrightError:
        return False


def wait_until(
    condition: Callable[[], bool], otherwise: str | Callable[[], str], page: Page, *, seconds: float = 30
) -> None:
    """Wait while the browser goes on; fail with ``otherwise``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(otherwise if isinstance(otherwise, str) else otherwise())
        page.wait_for_timeout(200)


def saved_on_the_phone(page: Page) -> None:
    """Wait until the service worker controls the page: from then on the app starts without a network."""
    page.wait_for_function("() => navigator.serviceWorker.ready.then(() => true)", timeout=60_000)


def heading(page: Page, name: str | re.Pattern[str]) -> None:
    """The screen with this name is there."""
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
