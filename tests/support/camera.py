"""A camera for Chromium that sees what a test gives it: a picture, written as a short film that is shown again and again."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import BrowserContext, BrowserType, Page
from tests.support.browsing import read_qr
from tests.support.demo_service import open_context

SIZE = (640, 480)
ROOM, TILT, FRAMES = 150, 4, 4


def take_aim(page: Page, film: Path) -> None:
    """Point the camera at this person's screen: what it shows now, a little aslant, in a grey room."""
    read_qr(page)
    screen = Image.open(BytesIO(page.screenshot())).convert("RGB")
    screen.thumbnail((SIZE[0], SIZE[1] - 20), Image.Resampling.LANCZOS)
    frame = Image.new("RGB", SIZE, (ROOM, ROOM, ROOM))
    frame.paste(screen, ((SIZE[0] - screen.width) // 2, (SIZE[1] - screen.height) // 2))
    look_at(frame.rotate(TILT, Image.Resampling.BICUBIC, fillcolor=(ROOM, ROOM, ROOM)), film)


def look_at(picture: Image.Image, film: Path) -> None:
    """Write the picture as YUV4MPEG2 with 4:2:0 colours, which Chromium plays as a camera."""
    luma, blue, red = picture.convert("RGB").resize(SIZE).convert("YCbCr").split()
    half = (SIZE[0] // 2, SIZE[1] // 2)
    frame = b"FRAME\n" + luma.tobytes() + blue.resize(half).tobytes() + red.resize(half).tobytes()
    content = f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * FRAMES
    film.touch()
    # Over what is there: a film that is running must never be found empty.
    with film.open("r+b") as running:
        running.write(content)


def with_camera(launch: dict[str, Any], film: Path | None, *, asked: str | None = "allow") -> dict[str, Any]:
    """What ``launch`` needs for a browser with this camera, or with none.

    ``asked``: what the person answers when the browser asks, ``allow`` or ``deny``; None leaves it to permissions.
    """
    dialog = {
        "allow": ["--use-fake-ui-for-media-stream"],
        "deny": ["--use-fake-ui-for-media-stream=deny"],
        None: [],
    }
    device = "--use-fake-device-for-media-stream" + ("=device-count=0" if film is None else "")
    file = [f"--use-file-for-fake-video-capture={film}"] if film else []
    return {**launch, "args": [*launch.get("args", []), *dialog[asked], device, *file]}


@contextmanager
def launched(browser_type: BrowserType, arguments: dict[str, Any]) -> Iterator[BrowserContext]:
    """A person's phone in a browser of its own, because the camera is given to a browser at its start."""
    own = browser_type.launch(**arguments)
    try:
        with open_context(own) as context:
            yield context
    finally:
        own.close()
