"""The Party's document layout, once for every document of the house: minutes, addenda, resolutions.

A :class:`Document` says what stands in it; :func:`make_docx` and :func:`make_pdf` set it on A4 as Party offices lay out their
documents (guidance 36-HD/VPTW of 3 April 2018): superior and issuer to the left, the Party's name to the right, symbol,
place and date, title, body of 14 points in a Times face, recipients and signatures; page numbers on top from the second on.
"""

from datetime import datetime

from handbook.documents.layout.content import (
    Appendix,
    Block,
    Document,
    Heading,
    Kind,
    Paragraph,
    Signature,
    Table,
)
from handbook.documents.layout.dates import place_and_day
from handbook.documents.layout.drawing import Drawing, DrawingError, parse_drawing
from handbook.documents.layout.pdf import make_pdf

__all__ = [
    "Appendix",
    "Block",
    "Document",
    "Drawing",
    "DrawingError",
    "Heading",
    "Kind",
    "Paragraph",
    "Signature",
    "Table",
    "make_docx",
    "make_pdf",
    "parse_drawing",
    "place_and_day",
]


def make_docx(document: Document, *, created: datetime) -> bytes:
    """A4 in Times New Roman; the same document and time give the same bytes."""
    # The library takes memory and time at every start, and few documents are asked for in this form.
    from handbook.documents.layout import word

    return word.make_docx(document, created=created)
