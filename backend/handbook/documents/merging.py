"""PDF files, pictures and what stands in Word files put together to one PDF, in a process of its own.

The web process never parses a PDF (:mod:`handbook.documents.extraction` says why). It starts this file as a program
(``python -I merging.py``) with a JSON list of ``[kind, path, title]`` on standard input, kind ``pdf``, ``picture`` or
``word``; the PDF comes on standard output. What cannot be read is left out, and its index is told on standard error as a
JSON list. This file imports nothing of the application.
"""

import contextlib
import importlib.util
import io
import json
import resource
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

MEMORY_BYTES = 2 * 1024 * 1024 * 1024
CPU_SECONDS = 40
MAX_PAGES = 600
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
    """What stands in a Word file, with its headings, lists, tables and pictures, on pages of ours."""
    read = _word_reader()
    blocks = read.blocks_of(path)
    try:
        return _set_words(path, title, blocks)
    except ValueError:
        # A picture whose inside is broken: only now each is tried by itself.
        whole = [one if _can_be_set(path, one) else read.without_picture(one) for one in blocks]
        return _set_words(path, title, whole)


def _set_words(path: Path, title: str, blocks: list[dict[str, Any]]) -> bytes:
    import typst

    page = path.with_suffix(".typ")
    page.write_bytes((HERE / "word_text.typ").read_bytes())
    compiler = typst.Compiler(
        root=str(path.parent), font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])
    )
    try:
        made = compiler.compile(
            input=str(page),
            format="pdf",
            sys_inputs={"data": json.dumps({"title": title, "blocks": blocks}, ensure_ascii=False)},
        )
    except typst.TypstError as error:
        raise ValueError(str(error)) from error
    if not isinstance(made, bytes):
        raise ValueError("no page")
    return made


def _can_be_set(path: Path, block: dict[str, Any]) -> bool:
    if block["kind"] != "picture":
        return True
    try:
        _picture_page(path.with_name(block["file"]))
    except ValueError:
        return False
    return True


def _word_reader() -> ModuleType:
    """The file beside this one: a program that is started alone knows no package."""
    spec = importlib.util.spec_from_file_location("word_blocks", HERE / "word_blocks.py")
    if spec is None or spec.loader is None:
        raise RuntimeError("word_blocks.py is missing")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


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
