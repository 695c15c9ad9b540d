"""The document as DOCX, for offices that go on writing in it."""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import docx
from docx.document import Document as Package
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from docx.table import Table as Grid
from docx.table import _Cell
from docx.text.paragraph import Paragraph as Line

from handbook.documents.layout import word_drawing
from handbook.documents.layout.content import (
    PARTY,
    Block,
    Document,
    Kind,
    Paragraph,
    Signature,
    Table,
    set_lines,
)
from handbook.documents.layout.dates import place_and_day
from handbook.kernel.text import clean

FACE = "Times New Roman"
BODY = Pt(14)
WIDTH = Mm(165)
_PACKED = (1980, 1, 1, 0, 0, 0)
# Half of what the cell leaves beside the Party's name in bold 15 points, so that the rule is as long as the name.
_RULE_INDENT = Mm(10)
# A little wider than the text together, so that the names of most committees fit on one line.
_HEAD = (82 / 165, 95 / 165)
NOTHING = Pt(0)
# Some five lines: as much as is kept together with the signatures.
_LONG = 400
_SENTENCE = re.compile(r"[.;!?…] +")


def make_docx(document: Document, *, created: datetime) -> bytes:
    """A4 in Times New Roman; the same document and time give the same bytes."""
    package = docx.Document()
    _set_page(package)
    _set_properties(package, document, created)
    _head(package, document)
    _add(
        package,
        document.title.upper(),
        bold=True,
        size=Pt(16),
        align=WD_ALIGN_PARAGRAPH.CENTER,
        before=Pt(14),
    )
    _add(package, document.subtitle, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
    _add(package, "-----", bold=True, align=WD_ALIGN_PARAGRAPH.CENTER, after=Pt(8))
    _blocks(package, document.blocks, signed=bool(document.signatures or document.recipients))
    _signatures(package, document.signatures, document.recipients)
    for appendix in document.appendices:
        _add(package, appendix.title, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER, before=Pt(28), keep=True)
        _blocks(package, appendix.blocks, signed=bool(appendix.signatures))
        _signatures(package, appendix.signatures, ())
    target = io.BytesIO()
    package.save(target)
    return _without_times(target)


def _set_page(package: Package) -> None:
    section = package.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    normal = package.styles["Normal"]
    normal.font.name, normal.font.size = FACE, BODY
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), FACE)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    normal.element.get_or_add_rPr().append(language)
    number = section.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _field(number, "PAGE")


def _set_properties(package: Package, document: Document, created: datetime) -> None:
    properties = package.core_properties
    properties.title = clean(f"{document.title} – {document.subtitle}")
    properties.author = properties.last_modified_by = clean(document.heading.issuer)
    properties.comments, properties.language = "", "vi-VN"
    properties.created = properties.modified = created


def _head(package: Package, document: Document) -> None:
    heading = document.heading
    left, right = _columns(package, _HEAD, flush=True)
    lines = [(clean(heading.superior).upper(), False)] if heading.superior else []
    lines += [(clean(heading.issuer).upper(), True), ("*", False)]
    if heading.symbol:
        lines.append((f"Số {heading.symbol}", False))
    for text, bold in lines:
        _add(left, text, bold=bold, align=WD_ALIGN_PARAGRAPH.CENTER)
    name = _add(right, PARTY, bold=True, size=Pt(15), align=WD_ALIGN_PARAGRAPH.CENTER, after=Pt(8))
    name.paragraph_format.left_indent = name.paragraph_format.right_indent = _RULE_INDENT
    _rule_below(name)
    day = _add(right, place_and_day(heading.place, heading.day), align=WD_ALIGN_PARAGRAPH.CENTER)
    day.runs[0].italic = True
    for cell in (left, right):
        _drop_first(cell)


def _blocks(package: Package, blocks: Sequence[Block], *, signed: bool) -> None:
    """``signed``: signatures follow, which never stand on a page without words of the text they are given for."""
    blocks = set_lines(blocks)
    blocks = [*blocks[:-1], *_parted(blocks[-1])] if signed and blocks else blocks
    for number, block in enumerate(blocks, 1):
        keep = signed and number == len(blocks)
        if isinstance(block, Table):
            _table(package, block, keep=keep)
        else:
            _paragraph(package, block, keep=keep)


def _parted(block: Block) -> tuple[Block, ...]:
    """A long last paragraph in two, between two of its sentences: LibreOffice takes the whole of one that is to stay with the
    next to another page, and gives up where it does not fit there."""
    if isinstance(block, Table) or len(block.text) <= _LONG:
        return (block,)
    ends = [found.end() for found in _SENTENCE.finditer(block.text) if len(block.text) - found.end() <= _LONG]
    if not ends:
        return (block,)
    return (
        replace(block, text=block.text[: ends[0]].rstrip()),
        Paragraph(block.text[ends[0] :], Kind.BODY if block.kind == Kind.ITEM else block.kind),
    )


def _paragraph(package: Package, block: Paragraph, *, keep: bool) -> None:
    centered, heading = block.kind == Kind.CENTER, block.kind == Kind.HEADING
    line = package.add_paragraph()
    # A heading of two lines is set as it comes: justified, its few words would stand far apart.
    aligned = WD_ALIGN_PARAGRAPH.LEFT if heading else WD_ALIGN_PARAGRAPH.JUSTIFY
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER if centered else aligned
    style = line.paragraph_format
    style.space_before, style.space_after = Pt(8) if heading else Pt(0), Pt(6)
    style.keep_with_next = heading or keep
    style.keep_together = heading
    if not centered:
        style.first_line_indent = Mm(10)
    if block.kind == Kind.ITEM:
        line.add_run("– ")
    if block.lead:
        line.add_run(f"{clean(block.lead)} ").bold = True
    for number, text in enumerate(block.text.splitlines() or [""]):
        if number:
            line.add_run().add_break()
        line.add_run(clean(text)).bold = heading


def _table(package: Package, block: Table, *, keep: bool) -> None:
    """``keep``: the last row stays with what follows."""
    table = package.add_table(rows=0, cols=len(block.head), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _set_widths(table, block.shares)
    for number, row in enumerate((block.head, *block.rows)):
        cells = table.add_row().cells
        for cell, text, share in zip(cells, row, block.shares, strict=True):
            cell.width = Length(int(WIDTH * share))
            align = WD_ALIGN_PARAGRAPH.CENTER if number == 0 else WD_ALIGN_PARAGRAPH.LEFT
            with_next = keep and number == len(block.rows)
            _add(cell, text, bold=number == 0, size=Pt(13), align=align, keep=with_next)
            _drop_first(cell)
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    _add(package, "", size=Pt(6), keep=keep)


def _signatures(package: Package, signatures: Sequence[Signature], recipients: Sequence[str]) -> None:
    if not signatures and not recipients:
        return
    _add(package, "", size=Pt(8), keep=True)
    left, right = _columns(package, (0.5, 0.5), whole=True)
    if len(signatures) > 1:
        _signature(left, signatures[0])
        _signature(right, signatures[1])
    else:
        if recipients:
            _add(left, "Nơi nhận:").runs[0].underline = True
        for recipient in recipients:
            _add(left, f"– {clean(recipient)}", size=Pt(12))
        for one in signatures:
            _signature(right, one)
    for cell in (left, right):
        _drop_first(cell)


def _signature(cell: _Cell, one: Signature) -> None:
    for text in one.lines:
        _add(cell, text.upper(), bold=True, align=WD_ALIGN_PARAGRAPH.CENTER, keep=True)
    place = _add(cell, "", align=WD_ALIGN_PARAGRAPH.CENTER, keep=True)
    if one.drawing:
        place.add_run()._r.append(word_drawing.make(one.drawing, f"Chữ ký của đồng chí {clean(one.name)}"))
    else:
        place.paragraph_format.space_before = place.paragraph_format.space_after = Pt(24)
    _add(cell, one.name, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER, keep=bool(one.remark))
    if one.remark:
        _add(cell, one.remark, size=Pt(10.5), align=WD_ALIGN_PARAGRAPH.CENTER).runs[0].italic = True


def _set_widths(table: Grid, shares: Sequence[float]) -> None:
    """Word goes by the cells, LibreOffice by the columns."""
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Length(int(WIDTH * share))


def _columns(
    package: Package, shares: tuple[float, float], *, whole: bool = False, flush: bool = False
) -> tuple[_Cell, _Cell]:
    """``whole``: no page begins within; ``flush``: the words have all of the breadth."""
    table = package.add_table(rows=1, cols=2)
    if flush:
        _drop_margins(table)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _set_widths(table, shares)
    for cell, share in zip(table.rows[0].cells, shares, strict=True):
        cell.width = Length(int(WIDTH * share))
    if whole:
        unbroken = OxmlElement("w:cantSplit")
        table.rows[0]._tr.get_or_add_trPr().append(unbroken)
    return table.rows[0].cells[0], table.rows[0].cells[1]


def _drop_margins(table: Grid) -> None:
    """Cells keep two millimetres at either side otherwise, for which a name that fits in the PDF is broken here."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        none = OxmlElement(f"w:{side}")
        none.set(qn("w:w"), "0")
        none.set(qn("w:type"), "dxa")
        margins.append(none)
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")


def _add(
    place: Package | _Cell,
    text: str,
    *,
    bold: bool = False,
    size: Length = BODY,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT,
    before: Length = NOTHING,
    after: Length = NOTHING,
    keep: bool = False,
) -> Line:
    line = place.add_paragraph()
    run = line.add_run(clean(text))
    run.bold, run.font.size = bold, size
    line.alignment = align
    style = line.paragraph_format
    style.space_before, style.space_after, style.keep_with_next = before, after, keep
    return line


def _drop_first(cell: _Cell) -> None:
    """A new cell has an empty paragraph, which is wanted only where it stays the only one."""
    first, *others = cell.paragraphs
    if others and not first.text and not first.runs:
        first._p.getparent().remove(first._p)


def _rule_below(line: Line) -> None:
    borders = OxmlElement("w:pBdr")
    rule = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        rule.set(qn(f"w:{name}"), value)
    borders.append(rule)
    properties = line._p.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc")


def _field(line: Line, code: str) -> None:
    for kind, text in (("begin", None), (None, code), ("end", None)):
        run = line.add_run()._r
        element: Any = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run.append(element)


def _without_times(packed: io.BytesIO) -> bytes:
    """The same parts in the same order, without the hour at which they were packed."""
    target = io.BytesIO()
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            made.writestr(zipfile.ZipInfo(name, _PACKED), source.read(name), zipfile.ZIP_DEFLATED)
    return target.getvalue()
