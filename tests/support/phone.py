"""What lies on a phone: reading a page's storage, and waiting until the app has everything for a time without a network."""

import base64
import json
import re
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page
from tests.support.browsing import under_way, wait_until
from tests.support.demo_service import DemoService

from handbook.attendance.tokens import make_token, step_at

# Choices and counts of this device, nothing of a person: text size, colours, how often it was useful.
OF_THE_DEVICE = {
    "handbook.preferences",
    "handbook.visits",
    "handbook.install-dismissed",
    "handbook.update-put-off",
}

_DUMP = """async () => {
    const stored = {};
    for (const { name } of await indexedDB.databases()) {
        const database = await new Promise((done, failed) => {
            const request = indexedDB.open(name);
            request.onsuccess = () => done(request.result);
            request.onerror = () => failed(request.error);
        });
        for (const store of database.objectStoreNames) {
            stored[store] = await new Promise((done, failed) => {
                const request = database.transaction(store).objectStore(store).getAll();
                request.onsuccess = () => done(request.result);
                request.onerror = () => failed(request.error);
            });
        }
        database.close();
    }
    const cached = [];
    for (const name of await caches.keys()) {
        for (const request of await (await caches.open(name)).keys()) cached.push(new URL(request.url).pathname);
    }
    const subscription = await (await navigator.serviceWorker.getRegistration())?.pushManager.getSubscription();
    return { stored, cached, local: { ...localStorage }, session: { ...sessionStorage }, pushed: Boolean(subscription) };
}"""

_ROWS = """async (store) => {
    const found = [];
    for (const { name } of await indexedDB.databases()) {
        const database = await new Promise((done, failed) => {
            const request = indexedDB.open(name);
            request.onsuccess = () => done(request.result);
            request.onerror = () => failed(request.error);
        });
        if (database.objectStoreNames.contains(store)) {
            found.push(...await new Promise((done, failed) => {
                const request = database.transaction(store).objectStore(store).getAll();
                request.onsuccess = () => done(request.result);
                request.onerror = () => failed(request.error);
            }));
        }
        database.close();
    }
    return found;
}"""

# Whether the first visit is over, and by how much it has filled the phone: counted, because reading all of it costs seconds.
_READY = """async () => {
    const answer = (request) => new Promise((done, failed) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error);
    });
    const size = [];
    let ready = false;
    for (const { name } of await indexedDB.databases()) {
        const database = await answer(indexedDB.open(name));
        const names = [...database.objectStoreNames];
        if (names.length > 0) {
            const reading = database.transaction(names);
            const store = (one) => reading.objectStore(one);
            size.push(...await Promise.all(names.map((one) => answer(store(one).count()))));
            if (names.includes('papers')) {
                const [meta, views, papers, meetings] = await Promise.all([
                    ...['meta', 'views', 'papers'].map((one) => answer(store(one).getAllKeys())),
                    answer(store('meetings').getAll()),
                ]);
                const soon = meetings.filter((one) => ['convened', 'open'].includes(one.state));
                const wanted = soon.flatMap((one) => one.papers.map((paper) => paper.id));
                ready = meta.includes('synced_at') && views.includes('/api/sessions')
                    && wanted.every((paper) => papers.includes(paper));
            }
        }
        database.close();
    }
    for (const name of await caches.keys()) size.push((await (await caches.open(name)).keys()).length);
    return { ready, size };
}"""


def dump(page: Page) -> dict[str, Any]:
    """Everything this site keeps in the browser: ``stored`` rows by store, ``cached`` paths, ``local`` storage."""
    kept: dict[str, Any] = page.evaluate(_DUMP)
    return kept


def rows(page: Page, store: str) -> list[dict[str, Any]]:
    """The rows of one store of the app's database."""
    found: list[dict[str, Any]] = page.evaluate(_ROWS, store)
    return found


def drafts(page: Page) -> list[str]:
    """What is half written on this phone, as JSON."""
    return [
        json.dumps(row["body"], ensure_ascii=False)
        for row in rows(page, "views")
        if row["key"].startswith("draft:")
    ]


def wait_for_draft(page: Page, words: str = "") -> None:
    """What is half written lies on the phone a moment after it was typed; a window that is loaded anew before that loses it."""
    wait_until(
        lambda: any(words in draft for draft in drafts(page)),
        f"no draft with {words!r} is kept on the phone",
        page,
    )


def meta(page: Page, key: str) -> Any:
    """One value of what the app notes about itself; None when it is not there."""
    return next((row["value"] for row in rows(page, "meta") if row["key"] == key), None)


def ready_for_flight(page: Page) -> None:
    """Wait for the end of the first visit: synced, the worker in control, papers and the role's screens on the phone.

    At its end nothing is on its way any more, however long a slow machine takes for it.
    """
    page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=30_000)

    calm = 0
    last: list[int] = []

    def complete() -> bool:
        nonlocal calm, last
        if under_way(page):
            calm = 0
            return False
        now = page.evaluate(_READY)
        calm = calm + 1 if now["size"] == last else 0
        last = now["size"]
        return now["ready"] and calm >= 4

    wait_until(complete, "the first visit did not end", page, seconds=90)


def is_wiped(page: Page) -> list[str]:
    """What is left on the phone that belongs to somebody; empty after a log-out."""
    try:
        kept = dump(page)
    except Error as error:
        # The server's answer to a log-out closes what is open while it is cleared.
        if not any(passing in error.message for passing in ("navigation", "AbortError", "InvalidStateError")):
            raise
        return ["the page is being loaded, or cleared"]
    left = [
        f"{store}: {json.dumps(row)[:120]}"
        for store, found in kept["stored"].items()
        for row in found
        if not (store == "meta" and row["key"] == "language")
    ]
    left += [f"cache: {path}" for path in kept["cached"] if path.startswith("/api")]
    left += [f"localStorage: {key}" for key in kept["local"] if key not in OF_THE_DEVICE]
    left += [f"sessionStorage: {key}" for key in kept["session"]]
    if kept["pushed"]:
        left.append("push subscription")
    return left


def check_in_link(demo: DemoService, host: BrowserContext, meeting: str) -> str:
    """The link in the code that the secretary's screen shows now. ``host`` is signed in as who runs the meeting."""
    answer = host.request.get(f"{demo.url}/api/meetings/{meeting}/check-in-key")
    assert answer.ok, answer.text()
    key = answer.json()
    step = step_at(datetime.now(UTC), int(key["step_seconds"]))
    return f"/c/{meeting}#{step}.{make_token(base64.urlsafe_b64decode(key['key']), int(meeting), step)}"


def lines_of(page: Page) -> set[str]:
    """The lines of the screen without what depends on the minute or on the network."""
    text: str = page.evaluate("document.querySelector('main').innerText")
    passing = re.compile(
        r"vừa xong|(phút|giờ) trước|còn \d|Cập nhật|Danh sách lúc|Không có mạng|Mới nhất|(lúc|trên máy) \d\d:\d\d"
    )
    text = re.sub(r"Đã họp (\d+ giờ )?\d+ phút", "Đã họp … phút", text)
    return {line.strip() for line in text.split("\n") if line.strip() and not passing.search(line)}
