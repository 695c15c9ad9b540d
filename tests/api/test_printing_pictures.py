"""Pictures inside Word papers stand in the pack, at their place among the words and on the page as they are held."""

import io
import struct
import zlib
from typing import Any

import pypdfium2
import pytest
from docx.shared import Mm
from PIL import Image
from pypdfium2 import raw
from tests.api.test_minutes_files import draw, words
from tests.api.test_papers_attach import attach
from tests.support.files import docx, png, repacked
from tests.support.minutes import SignIn
from tests.support.pdf import page_texts

INSTEAD = "Chỗ này có hình không in lại được"
WIDE, TALL = (600, 300), (300, 600)
RIGHT = 6


@pytest.fixture
def meeting(meeting_convened: dict[str, Any]) -> dict[str, Any]:
    return meeting_convened


def picture(size: tuple[int, int] = WIDE, kind: str = "PNG", turn: int | None = None) -> io.BytesIO:
    """Red above, blue below; ``turn`` is the orientation as a camera writes it."""
    image = Image.new("RGB", size, "#14508c")
    image.paste("#8c1d18", (0, 0, size[0], size[1] // 2))
    made, exif = io.BytesIO(), Image.Exif()
    if turn is not None:
        exif[0x0112] = turn
    image.save(made, kind, exif=exif, quality=95)
    made.seek(0)
    return made


def bomb(side: int) -> bytes:
    """A few kilobytes that ask for a picture of this many pixels squared."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(4096))) + chunk(b"IEND", b"")


def pack_of(sign_in: SignIn, meeting: dict[str, Any], file: bytes) -> bytes:
    attach(sign_in("secretary"), meeting, file, "a.docx", title="Báo cáo có hình", expect=201)
    return bytes(sign_in("member").get(f"/api/meetings/{meeting['id']}/pack.pdf", expect=200).get_data())


def images_on(content: bytes, page: int = -1) -> list[tuple[float, float, float, float]]:
    """Left, bottom, right and top of every picture on a page, in points."""
    document = pypdfium2.PdfDocument(content)
    sheet = document[page % len(document)]
    return [one.get_bounds() for one in sheet.get_objects(max_depth=8) if one.type == raw.FPDF_PAGEOBJ_IMAGE]


def colours_of(content: bytes, page: int = -1) -> dict[str, list[tuple[int, int]]]:
    document = pypdfium2.PdfDocument(content)
    sheet = document[page % len(document)].render(scale=0.5).to_pil().convert("RGB")
    found: dict[str, list[tuple[int, int]]] = {"red": [], "blue": []}
    for x in range(sheet.width):
        for y in range(sheet.height):
            red, _green, blue = sheet.getpixel((x, y))
            if red > 110 and blue < 60:
                found["red"].append((x, y))
            elif blue > 110 and red < 60:
                found["blue"].append((x, y))
    return found


def middle(points: list[tuple[int, int]], axis: int) -> float:
    return sum(point[axis] for point in points) / len(points)


def test_a_picture_stands_between_the_words_around_it(sign_in: SignIn, meeting: dict[str, Any]) -> None:
    def fill(document: Any) -> None:
        line = document.add_paragraph()
        line.add_run("Trước hình một. ")
        line.add_run().add_picture(picture(), width=Mm(80))
        line.add_run("Giữa hai hình. ")
        line.add_run().add_picture(picture(TALL, "JPEG"), width=Mm(40))
        line.add_run("Sau hình hai.")

    content = pack_of(sign_in, meeting, docx(fill))
    text = words(page_texts(content)[-1])
    places = [text.index(one) for one in ("Trước hình một.", "Giữa hai hình.", "Sau hình hai.")]
    assert places == sorted(places)
    assert INSTEAD not in text
    first, second = sorted(images_on(content), key=lambda box: -box[3])
    assert first[1] >= second[3]
    assert (round((first[2] - first[0]) / 72 * 25.4), round((second[2] - second[0]) / 72 * 25.4)) == (80, 40)
    draw(content, "pack-word-pictures")


def test_a_picture_larger_than_the_page_is_made_smaller_without_being_bent(
    sign_in: SignIn, meeting: dict[str, Any]
) -> None:
    content = pack_of(
        sign_in, meeting, docx(lambda document: document.add_picture(picture(TALL), width=Mm(500)))
    )
    ((left, bottom, right, top),) = images_on(content)
    assert 0 < left < right <= 595
    assert 0 < bottom < top <= 842
    assert (top - bottom) / (right - left) == pytest.approx(2, abs=0.05)


def test_a_photograph_stands_as_the_camera_was_held(sign_in: SignIn, meeting: dict[str, Any]) -> None:
    photograph = picture(WIDE, "JPEG", RIGHT)
    content = pack_of(
        sign_in, meeting, docx(lambda document: document.add_picture(photograph, Mm(60), Mm(120)))
    )
    seen = colours_of(content)
    # What was above is on the right after a quarter turn.
    assert middle(seen["red"], 0) > middle(seen["blue"], 0) + 10
    assert abs(middle(seen["red"], 1) - middle(seen["blue"], 1)) < 3


def test_a_picture_that_word_turns_is_turned(sign_in: SignIn, meeting: dict[str, Any]) -> None:
    def fill(document: Any) -> None:
        shape = document.add_picture(picture(), width=Mm(100))
        shape._inline.graphic.graphicData.pic.spPr.get_or_add_xfrm().set("rot", "5400000")

    seen = colours_of(pack_of(sign_in, meeting, docx(fill)))
    assert middle(seen["red"], 0) > middle(seen["blue"], 0) + 10


def test_pictures_of_a_table_follow_it_under_the_number_that_their_cell_names(
    sign_in: SignIn, meeting: dict[str, Any]
) -> None:
    def fill(document: Any) -> None:
        table = document.add_table(rows=1, cols=2)
        table.rows[0].cells[0].text = "Sơ đồ tổ chức"
        table.rows[0].cells[1].paragraphs[0].add_run().add_picture(picture(), width=Mm(50))
        document.add_paragraph("Sau bảng.")

    content = pack_of(sign_in, meeting, docx(fill))
    text = words(page_texts(content)[-1])
    places = [text.index(one) for one in ("Sơ đồ tổ chức", "[Hình 1]", "Hình 1 Sau bảng.")]
    assert places == sorted(places)
    assert len(images_on(content)) == 1


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(bomb(20_000), id="asks for gigabytes"),
        pytest.param(bomb(6_000), id="is cut short within"),
        pytest.param(b"\x01\x00\x00\x00" + bytes(200), id="is a Windows metafile"),
        pytest.param(png(0, 10), id="has no size"),
    ],
)
def test_what_cannot_be_shown_is_said_at_its_place(
    sign_in: SignIn, meeting: dict[str, Any], content: bytes
) -> None:
    def fill(document: Any) -> None:
        document.add_paragraph("Trước hình.")
        shape = document.add_picture(picture(), width=Mm(60))
        shape._inline.docPr.set("descr", "Bản đồ ấp")
        document.add_paragraph("Sau hình.")
        document.add_picture(picture(TALL, "JPEG"), width=Mm(30))

    made = pack_of(sign_in, meeting, repacked(docx(fill), {"word/media/image1.png": content}))
    text = words(page_texts(made)[-1])
    places = [text.index(one) for one in ("Trước hình.", f"{INSTEAD} (Bản đồ ấp)", "Sau hình.")]
    assert places == sorted(places)
    assert len(images_on(made)) == 1


def test_more_pictures_than_a_paper_may_bring_are_said_in_words(
    sign_in: SignIn, meeting: dict[str, Any]
) -> None:
    def fill(document: Any) -> None:
        for number in range(82):
            document.add_picture(picture((8, 8 + number)), width=Mm(5))

    content = pack_of(sign_in, meeting, docx(fill))
    texts = " ".join(words(page) for page in page_texts(content))
    pages = len(pypdfium2.PdfDocument(content))
    assert texts.count(INSTEAD) == 2
    assert sum(len(images_on(content, page)) for page in range(pages)) == 80
