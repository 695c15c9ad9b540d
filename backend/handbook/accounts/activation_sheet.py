"""The activation sheet: a PDF with one slip per member, to be cut off and handed over in person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from handbook.kernel.text import clean
from handbook.kernel.typesetting import render_pdf

TEMPLATE = Path(__file__).with_name("activation_sheet.typ")
# Any of the eight masks of ISO/IEC 18004 gives a code that reads; choosing the best takes four fifths of the time.
_MASK = 4
_QUIET_ZONE = 4


@dataclass(frozen=True, slots=True)
class SheetMember:
    """One slip. ``card_number`` is None for a probationary member without a card; ``code`` is grouped for reading."""

    full_name: str
    card_number: str | None
    code: str


@dataclass(frozen=True, slots=True)
class SheetCell:
    """The slips of one organisation, in the order in which they are printed; ``parent_name`` stands above its name."""

    organization_name: str
    parent_name: str
    members: Sequence[SheetMember]


def build_activation_sheet(
    cells: Sequence[SheetCell],
    *,
    public_url: str,
    issued_on: date,
    expires_on: date,
    created: datetime,
    progress: Callable[[int], None] = lambda _cells: None,
) -> bytes:
    """The sheet as PDF, A4; every organisation begins a page of its own, up to 27 slips to the page.

    The QR code holds ``PUBLIC_URL/activate#CODE``: the code is in the fragment, which no browser sends to a server.
    ``expires_on`` is the last day on which the codes work, in the organisation's zone. ``progress`` is told how many of the
    organisations have their codes drawn; setting the pages, in the end, is one step.
    """
    drawn = []
    for number, cell in enumerate(cells, 1):
        if cell.members:
            drawn.append(_cell(cell, public_url))
        progress(number)
    data = {
        "issued_on": _vietnamese(issued_on),
        "expires_on": _vietnamese(expires_on),
        "address": f"{urlsplit(public_url).netloc}/activate",
        "cells": drawn,
    }
    return render_pdf(TEMPLATE, data, created=created)


def activation_url(public_url: str, code: str) -> str:
    """Where the phone goes when it reads the code."""
    return f"{public_url}/activate#{code}"


def _cell(cell: SheetCell, public_url: str) -> dict[str, Any]:
    return {
        "name": clean(cell.organization_name),
        "parent": clean(cell.parent_name),
        "members": [_slip(member, public_url) for member in cell.members],
    }


def _slip(member: SheetMember, public_url: str) -> dict[str, Any]:
    return {
        "name": clean(member.full_name),
        "card": member.card_number,
        "code": member.code,
        "qr": _qr_svg(activation_url(public_url, member.code)),
    }


def _qr_svg(content: str) -> str:
    """The QR code, error correction M, as one path; rows overlap a little so that no viewer shows seams."""
    import segno

    symbol = segno.make(content, error="m", micro=False, mask=_MASK)
    strokes = []
    for y, row in enumerate(symbol.matrix, _QUIET_ZONE):
        x = 0
        while x < len(row):
            run = x
            while run < len(row) and row[run]:
                run += 1
            if run > x:
                strokes.append(f"M{x + _QUIET_ZONE} {y}h{run - x}v1.02h-{run - x}z")
            x = run + 1
    side = len(symbol.matrix) + 2 * _QUIET_ZONE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<path d="{"".join(strokes)}"/></svg>'
    )


def _vietnamese(day: date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year}"
