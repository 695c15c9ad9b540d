"""The document as PDF/A, set by Typst with the house's Tinos."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from handbook.documents.layout.content import PARTY, Block, Document, Paragraph, Signature, set_lines
from handbook.documents.layout.dates import place_and_day
from handbook.documents.layout.drawing import to_svg
from handbook.kernel.text import clean
from handbook.kernel.typesetting import render_pdf

TEMPLATE = Path(__file__).with_name("layout.typ")


def make_pdf(document: Document, *, created: datetime) -> bytes:
    """A4 as PDF/A-2u, so that it can be kept; the same document and time give the same bytes."""
    heading = document.heading
    data = {
        "party": PARTY,
        "superior": clean(heading.superior).upper() if heading.superior else None,
        "issuer": clean(heading.issuer).upper(),
        "symbol": heading.symbol,
        "place": clean(place_and_day(heading.place, heading.day)),
        "title": clean(document.title).upper(),
        "subtitle": clean(document.subtitle),
        "blocks": _blocks(document.blocks),
        "recipients": [clean(one) for one in document.recipients],
        "signatures": _signatures(document.signatures),
        "appendices": [
            {
                "title": clean(one.title),
                "blocks": _blocks(one.blocks),
                "signatures": _signatures(one.signatures),
            }
            for one in document.appendices
        ],
    }
    return render_pdf(TEMPLATE, data, created=created, standard="a-2u")


def _blocks(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    return [
        {
            "kind": block.kind.value,
            "lead": clean(block.lead) if block.lead else None,
            "lines": [clean(line) for line in block.text.splitlines()] or [""],
        }
        if isinstance(block, Paragraph)
        else {
            "kind": "table",
            "head": [clean(cell) for cell in block.head],
            "rows": [[clean(cell) for cell in row] for row in block.rows],
            "shares": list(block.shares),
        }
        for block in set_lines(blocks)
    ]


def _signatures(signatures: Iterable[Signature]) -> list[dict[str, Any]]:
    return [
        {
            "lines": [clean(line).upper() for line in one.lines],
            "name": clean(one.name),
            "drawing": to_svg(one.drawing) if one.drawing else None,
            "remark": clean(one.remark) if one.remark else None,
        }
        for one in signatures
    ]
