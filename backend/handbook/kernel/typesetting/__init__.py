"""Setting documents: a Typst template and data make a PDF.

The data reach the template as JSON (``json(bytes(sys.inputs.data))``) and are never markup, so a name such as
``#panic()`` is printed as it stands. Only the bundled Tinos is ever used (``fonts/``, OFL-1.1, cut down to Latin,
Vietnamese and some signs): system fonts lack Vietnamese letters here and there, and an engine that may look for
them mixes others in silently. A sign that Tinos lacks is printed as an empty box.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

FONTS = Path(__file__).parent / "fonts"
FONT_FAMILY = "Tinos"


class TypesettingError(Exception):
    """The template does not compile with this data; the message is Typst's, for the log, not for people."""


def render_pdf(
    template: Path,
    data: Mapping[str, Any],
    *,
    created: datetime | None = None,
    standard: Literal["1.7", "a-2u", "ua-1"] = "1.7",
) -> bytes:
    """The PDF that the template makes of the data.

    The template may read files of its own folder only, and nothing from the network. ``created`` is the document's
    date of creation; the same template, data and date give the same bytes. Raises :class:`TypesettingError`.
    """
    import typst

    compiler = typst.Compiler(
        root=template.parent,
        font_paths=_fonts(),
        package_path=template.parent / "no-packages",
        package_cache_path=template.parent / "no-packages",
    )
    try:
        made = compiler.compile(
            input=template,
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=standard,
            timestamp=int(created.timestamp()) if created else None,
        )
    except (typst.TypstError, RuntimeError) as error:
        raise TypesettingError(str(error)) from error
    if not isinstance(made, bytes):
        raise TypesettingError("the template made no document")
    return made


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
