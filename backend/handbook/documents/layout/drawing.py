"""Signatures drawn on a screen: SVG path data of a narrow form, checked before they are stored and drawn as vectors."""

import re
from dataclasses import dataclass

WIDTH = 1000
HEIGHT = 400
MAX_LENGTH = 24_000
MIN_POINTS = 8
# A signature covers some of the pad; a dot or a tick does not sign minutes.
MIN_SPREAD = 60

_PATH = re.compile(r"(?:M\d{1,4} \d{1,4}(?:L\d{1,4} \d{1,4})*)+")
_STROKE = re.compile(r"M([^M]+)")

Point = tuple[int, int]


class DrawingError(ValueError):
    """The path data is not a drawing of the pad; ``code`` is stable: ``invalid``, ``too_long`` or ``too_small``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Drawing:
    """Strokes on a pad of :data:`WIDTH` by :data:`HEIGHT`."""

    strokes: tuple[tuple[Point, ...], ...]

    @property
    def path(self) -> str:
        return "".join("M" + "L".join(f"{x} {y}" for x, y in stroke) for stroke in self.strokes)


def parse_drawing(path: str) -> Drawing:
    """The drawing of path data made of ``M x y`` and ``L x y`` with whole numbers inside the pad and nothing else.

    Raises :class:`DrawingError`.
    """
    if len(path) > MAX_LENGTH:
        raise DrawingError("too_long")
    if not _PATH.fullmatch(path):
        raise DrawingError("invalid")
    strokes = tuple(_stroke(part) for part in _STROKE.findall(path))
    points = [point for stroke in strokes for point in stroke]
    if any(x > WIDTH or y > HEIGHT for x, y in points):
        raise DrawingError("invalid")
    across = max(x for x, _ in points) - min(x for x, _ in points)
    down = max(y for _, y in points) - min(y for _, y in points)
    if len(points) < MIN_POINTS or max(across, down) < MIN_SPREAD:
        raise DrawingError("too_small")
    return Drawing(strokes)


def to_svg(drawing: Drawing) -> str:
    """The drawing as a picture of its own. Only numbers of ours are written into it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<path d="{drawing.path}" fill="none" stroke="#12307a" stroke-width="9" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )


def _stroke(part: str) -> tuple[Point, ...]:
    points = [(int(x), int(y)) for x, y in (pair.split(" ") for pair in part.split("L"))]
    # A dot is a line of no length, which round ends make visible.
    return tuple(points if len(points) > 1 else points * 2)
