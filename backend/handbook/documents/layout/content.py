"""What stands in a document, without how it looks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from handbook.documents.layout.drawing import Drawing

PARTY = "ĐẢNG CỘNG SẢN VIỆT NAM"


class Kind(StrEnum):
    """How a paragraph is set: ``heading`` bold, ``body`` justified and indented, ``item`` with a dash, ``center`` centred."""

    HEADING = "heading"
    BODY = "body"
    ITEM = "item"
    CENTER = "center"


@dataclass(frozen=True, slots=True)
class Heading:
    """The top of the first page. Names are written in capitals by the layout; ``symbol`` such as ``01-NQ/CB``."""

    issuer: str
    place: str
    day: date | None
    superior: str | None = None
    symbol: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """``lead`` is printed bold before the text, such as ``Chủ trì:``."""

    text: str
    kind: Kind = Kind.BODY
    lead: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a repeated head. ``shares`` of the width, one for each column, summing to 1."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Signature:
    """One column of the signature block: lines of office in capitals (``T/M CHI BỘ``, ``BÍ THƯ``), the drawn signature if
    there is one, the name, and a remark in small letters (who signed when, on which device)."""

    lines: tuple[str, ...]
    name: str
    drawing: Drawing | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Appendix:
    """What follows the signatures of the document and is signed by itself, such as an addendum to minutes."""

    title: str
    blocks: tuple[Block, ...]
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """``title`` is the type's name (``NGHỊ QUYẾT``), ``subtitle`` what it is about.

    With one signature it stands on the right, the recipients (Nơi nhận) on the left; two signatures share the width.
    """

    heading: Heading
    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    signatures: tuple[Signature, ...] = ()
    recipients: tuple[str, ...] = ()
    appendices: tuple[Appendix, ...] = ()


def set_lines(blocks: Iterable[Block]) -> list[Block]:
    """Each line of a text as a paragraph of its own: a break inside a justified one stretches the line before it."""
    return [one for block in blocks for one in _lines_of(block)]


def texts_of(document: Document) -> Iterator[str]:
    """Every piece of text of the body in reading order, to compare a file with the data it was made of."""
    yield document.title
    yield document.subtitle
    yield from _block_texts(document.blocks)
    for appendix in document.appendices:
        yield appendix.title
        yield from _block_texts(appendix.blocks)


def _lines_of(block: Block) -> list[Block]:
    if isinstance(block, Table) or block.kind in {Kind.HEADING, Kind.CENTER}:
        return [block]
    lines = [line for line in block.text.splitlines() if line.strip()] or [""]
    # The dash and the bold words in front belong to the whole, so to its first line.
    return [replace(block, text=lines[0]), *(Paragraph(line) for line in lines[1:])]


def _block_texts(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield f"{block.lead} {block.text}" if block.lead else block.text
        else:
            yield from block.head
            for row in block.rows:
                yield from row
