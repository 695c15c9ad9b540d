"""PDF files and pictures put together to one PDF, in a process of its own.

The web process never parses a PDF (:mod:`handbook.documents.extraction` says why). It starts this file as a program
(``python -I merging.py``) with a JSON list of ``[kind, path]`` on standard input, kind ``pdf`` or ``picture``; the PDF comes
on standard output. What cannot be read is left out, and its index is told on standard error as a JSON list. This file
imports nothing of the application.
"""

import contextlib
import io
import json
import resource
import sys
from pathlib import Path

MEMORY_BYTES = 2 * 1024 * 1024 * 1024
CPU_SECONDS = 40
MAX_PAGES = 600

# A picture on a page of its own, as large as the page allows.
_PICTURE = (
    '#set page(paper: "a4", margin: 12mm)\n'
    '#align(center + horizon, image("{name}", width: 100%, height: 100%, fit: "contain"))'
)


def merge(parts: list[tuple[str, str]]) -> tuple[bytes, list[int]]:
    """The pages of all parts in their order, at most :data:`MAX_PAGES`, and the indexes of what could not be read."""
    import pypdfium2

    target = pypdfium2.PdfDocument.new()
    unread: list[int] = []
    for index, (kind, path) in enumerate(parts):
        try:
            source = pypdfium2.PdfDocument(_picture_page(Path(path)) if kind == "picture" else path)
            room = MAX_PAGES - len(target)
            if room <= 0:
                raise ValueError("no room")
            target.import_pages(source, pages=list(range(min(len(source), room))))
        except (pypdfium2.PdfiumError, ValueError, RuntimeError, OSError):
            unread.append(index)
    made = io.BytesIO()
    target.save(made)
    return made.getvalue(), unread


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
    parts = [(str(kind), str(path)) for kind, path in json.load(sys.stdin)]
    made, unread = merge(parts)
    sys.stdout.buffer.write(made)
    sys.stderr.write(json.dumps(unread))
    return 0


if __name__ == "__main__":
    sys.exit(_main())
