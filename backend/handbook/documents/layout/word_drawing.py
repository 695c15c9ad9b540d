"""A drawn signature as a DrawingML shape with a path of its own: lines, not a picture of lines."""

from typing import Any
from xml.sax.saxutils import quoteattr

from docx.oxml import parse_xml
from docx.shared import Mm

from handbook.documents.layout.drawing import HEIGHT, WIDTH, Drawing

_TALL = Mm(20)
_WIDE = Mm(50)
_SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def make(drawing: Drawing, description: str) -> Any:
    """The element to stand in a run. Programs older than the shape format (2010) show nothing in its place."""
    lines = "".join(_stroke(stroke) for stroke in drawing.strokes)
    return parse_xml(
        f'<mc:AlternateContent {_SPACES}><mc:Choice Requires="wps"><w:drawing>'
        f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{int(_WIDE)}" cy="{int(_TALL)}"/>'
        f'<wp:docPr id="1" name="signature" descr={quoteattr(description)}/><wp:cNvGraphicFramePr/>'
        '<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
        f'<wps:wsp><wps:cNvSpPr/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{int(_WIDE)}" cy="{int(_TALL)}"/></a:xfrm>'
        '<a:custGeom><a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/><a:rect l="0" t="0" r="r" b="b"/>'
        f'<a:pathLst><a:path w="{WIDTH}" h="{HEIGHT}" fill="none">{lines}</a:path></a:pathLst></a:custGeom><a:noFill/>'
        '<a:ln w="16000" cap="rnd"><a:solidFill><a:srgbClr val="12307A"/></a:solidFill><a:round/></a:ln>'
        "</wps:spPr><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>"
        "<mc:Fallback/></mc:AlternateContent>"
    )


def _stroke(stroke: tuple[tuple[int, int], ...]) -> str:
    (x, y), *others = stroke
    moves = "".join(f'<a:lnTo><a:pt x="{x}" y="{y}"/></a:lnTo>' for x, y in others)
    return f'<a:moveTo><a:pt x="{x}" y="{y}"/></a:moveTo>{moves}'
