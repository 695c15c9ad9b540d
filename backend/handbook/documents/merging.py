"""PDF files, pictures and the text of Word files put together to one PDF, in a process of its own.

The web process never parses a PDF (:mod:`handbook.documents.extraction` says why). It starts this file as a program
(``python -I merging.py``) with a JSON list of ``[kind, path, title]`` on standard input, kind ``pdf``, ``picture`` or
``word``; the PDF comes on standard output. What cannot be read is left out, and its index is told on standard error as a
JSON list. This file imports nothing of the application.
"""

import contextlib
import io
import json
import resource
import sys
from pathlib import Path
from typing import Any

MEMORY_BYTES = 2 * 1024 * 1024 * 1024
CPU_SECONDS = 40
MAX_PAGES = 600
# A longer Word file is not set anew: it is read where it was made.
MAX_BLOCKS = 4_000
MAX_CHARACTERS = 400_000
HERE = Path(__file__).parent
FONTS = HERE.parent / "kernel" / "typesetting" / "fonts"

# A picture on a page of its own, as large as the page allows.
_PICTURE = (
    '#set page(paper: "a4", margin: 12mm)\n'
    '#align(center + horizon, image("{name}", width: 100%, height: 100%, fit: "contain"))'
)


def merge(parts: list[tuple[str, str, str]]) -> tuple[bytes, list[int]]:
    """The pages of all parts in their order, at most :data:`MAX_PAGES`, and the indexes of what could not be read."""
    import pypdfium2

    target = pypdfium2.PdfDocument.new()
    unread: list[int] = []
    for index, (kind, path, title) in enumerate(parts):
        try:
            source = pypdfium2.PdfDocument(_as_pdf(kind, Path(path), title))
            room = MAX_PAGES - len(target)
            if room <= 0:
                raise ValueError("no room")
            target.import_pages(source, pages=list(range(min(len(source), room))))
        except (pypdfium2.PdfiumError, ValueError, KeyError, RuntimeError, OSError):
            unread.append(index)
    made = io.BytesIO()
    target.save(made)
    return made.getvalue(), unread


def _as_pdf(kind: str, path: Path, title: str) -> Path | bytes:
    if kind == "word":
        return _word_pages(path, title)
    return _picture_page(path) if kind == "picture" else path


def _word_pages(path: Path, title: str) -> bytes:
    """The text of a Word file with its headings, lists and tables, on pages of ours."""
    import typst

    data = {"title": title, "blocks": _blocks_of(path)}
    compiler = typst.Compiler(
        root=str(HERE), font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])
    )
    try:
        made = compiler.compile(
            input=str(HERE / "word_text.typ"),
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        )
    except typst.TypstError as error:
        raise ValueError(str(error)) from error
    if not isinstance(made, bytes):
        raise ValueError("no page")
    return made


def _blocks_of(path: Path) -> list[dict[str, Any]]:
    """Paragraphs and tables in their order, empty ones left out. Raises :class:`ValueError` when they are too many."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table

    try:
        document = docx.Document(str(path))
    except (PackageNotFoundError, SyntaxError) as error:
        raise ValueError(str(error)) from error
    blocks: list[dict[str, Any]] = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            rows = [_texts_of(row) for row in block.rows]
            if any(any(row) for row in rows):
                blocks.append({"kind": "table", "rows": rows})
        elif text := block.text.strip():
            blocks.append({"kind": _kind_of(block), "text": text})
    if len(blocks) > MAX_BLOCKS or len(json.dumps(blocks, ensure_ascii=False)) > MAX_CHARACTERS:
        raise ValueError("too long")
    return blocks


def _texts_of(row: Any) -> list[str]:
    """The texts of a row; of a cell over several columns it stands in the first, so that the others keep their place."""
    texts: list[str] = []
    seen: list[Any] = []
    for cell in row.cells:
        again = cell._tc in seen
        seen.append(cell._tc)
        texts.append("" if again else " ".join(part.text.strip() for part in cell._tc.p_lst).strip())
    return texts


def _kind_of(paragraph: Any) -> str:
    style = paragraph.style.name if paragraph.style is not None else ""
    if style.startswith(("Heading", "Title")):
        return "heading"
    properties = paragraph._p.pPr
    numbered = properties is not None and properties.numPr is not None
    return "item" if numbered or style.startswith("List") else "body"


def _picture_page(path: Path) -> bytes:
    import typst

    page = path.with_suffix(".typ")
    page.write_text(_PICTURE.format(name=path.name), encoding="utf-8")
    try:
        made = typst.compile(str(page), root=str(path.parent), format="pdf")
    except typst.TypstError as error:
        raise ValueError(str(error)) from error
    if not isinstance(made, bytes):
        raise ValueError("no page")
    return made


def _main() -> int:
    for limit, value in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_SECONDS)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))
    parts = [(str(kind), str(path), str(title)) for kind, path, title in json.load(sys.stdin)]
    made, unread = merge(parts)
    sys.stdout.buffer.write(made)
    sys.stderr.write(json.dumps(unread))
    return 0


if __name__ == "__main__":
    sys.exit(_main())
