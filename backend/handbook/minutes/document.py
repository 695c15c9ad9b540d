"""The whole document as it is frozen, digested and printed: the text with its heading and signers."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from handbook.documents.layout import (
    Appendix,
    Document,
    Heading,
    Kind,
    Paragraph,
    Signature,
    parse_drawing,
)
from handbook.documents.layout.dates import day_in_words
from handbook.minutes import words
from handbook.minutes.compose import time_in_words
from handbook.minutes.enums import SignerRole
from handbook.minutes.models import Minutes, MinutesSignature
from handbook.minutes.text import Sections, from_json
from handbook.organizations.locality import place_of
from handbook.organizations.models import Organization

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
_ROLES = (SignerRole.MINUTE_TAKER, SignerRole.CHAIR)
_ROLE_WORDS = {
    SignerRole.CHAIR: words.CHAIR_SIGNS,
    SignerRole.MINUTE_TAKER: words.MINUTE_TAKER_SIGNS,
}


def describe(minutes: Minutes, line: Sequence[Organization], names: Mapping[int, str]) -> dict[str, Any]:
    """Everything that stands in the document and is signed, as JSON data.

    ``line`` are the organisations above, the nearest first; ``names`` those of chair and minute-taker.
    """
    meeting = minutes.meeting
    begun = (meeting.opened_at or meeting.starts_at).astimezone(ZoneInfo(meeting.organization.timezone))
    return {
        "issuer": meeting.organization.name,
        "superior": line[0].name if line else None,
        "place": place_of(meeting.organization, line),
        "day": begun.date().isoformat(),
        "symbol": minutes.symbol,
        "title": words.TITLE,
        "subtitle": meeting.title,
        "sections": [
            {
                "key": section.key,
                "title": section.title,
                "paragraphs": [
                    {"text": paragraph.text, "is_heading": paragraph.is_heading}
                    for paragraph in section.printed
                ],
            }
            for section in from_json(minutes.sections)
        ],
        "signers": {
            SignerRole.CHAIR.value: _signer(minutes.chair_id, names),
            SignerRole.MINUTE_TAKER.value: _signer(minutes.minute_taker_id, names),
        },
    }


def digest(data: Any) -> str:
    """SHA-256 of the data as canonical JSON: sorted names, no blanks, UTF-8."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def addendum_digest(minutes_hash: str, number: int, text: str) -> str:
    """What is signed with an addendum: its words, its number, and the minutes to which it belongs."""
    return digest({"minutes": minutes_hash, "number": number, "text": text})


def to_document(
    described: Mapping[str, Any], minutes: Minutes, timezone: str, *, addenda: bool = True
) -> Document:
    """The described minutes in the Party's layout, with the signatures given so far and the signed addenda."""
    return Document(
        heading=Heading(
            issuer=described["issuer"],
            superior=described["superior"],
            place=described["place"],
            day=date.fromisoformat(described["day"]),
            symbol=described["symbol"],
        ),
        title=described["title"],
        subtitle=described["subtitle"],
        blocks=tuple(blocks_of(described["sections"])),
        signatures=_signatures(minutes, 0, described["signers"], timezone),
        appendices=tuple(
            Appendix(
                title=words.ADDENDUM.format(number=one.number).upper(),
                blocks=tuple(Paragraph(line) for line in one.text.splitlines() if line),
                signatures=_signatures(minutes, one.number, described["signers"], timezone),
            )
            for one in minutes.addenda
        )
        if addenda
        else (),
    )


def signatures_of(minutes: Minutes, part: int) -> list[MinutesSignature]:
    return [one for one in minutes.signatures if one.part == part]


def sections_of(minutes: Minutes) -> Sections:
    return from_json(minutes.sections)


def _signer(member_id: int | None, names: Mapping[int, str]) -> dict[str, str | None]:
    return {
        "member_id": None if member_id is None else str(member_id),
        "full_name": "" if member_id is None else names.get(member_id, ""),
    }


def blocks_of(sections: Sequence[Mapping[str, Any]]) -> list[Paragraph]:
    """A heading is set as one where words of it follow: an item of which nothing is said stands as a line of the text."""
    blocks = []
    for number, section in zip(_ROMAN, (one for one in sections if one["paragraphs"]), strict=False):
        blocks.append(Paragraph(f"{number}. {section['title']}", Kind.HEADING))
        paragraphs = section["paragraphs"]
        for one, following in zip(paragraphs, [*paragraphs[1:], None], strict=True):
            heads = one["is_heading"] and following is not None and not following["is_heading"]
            blocks.append(Paragraph(one["text"], Kind.HEADING if heads else Kind.BODY))
    return blocks


def _signatures(
    minutes: Minutes, part: int, signers: Mapping[str, Any], timezone: str
) -> tuple[Signature, ...]:
    given = {one.role: one for one in signatures_of(minutes, part)}
    return tuple(_signature(role, given.get(role.value), signers[role.value], timezone) for role in _ROLES)


def _signature(
    role: SignerRole, given: MinutesSignature | None, signer: Mapping[str, Any], timezone: str
) -> Signature:
    return Signature(
        lines=(_ROLE_WORDS[role],),
        name=given.full_name if given else signer["full_name"],
        drawing=parse_drawing(given.drawing) if given and given.drawing else None,
        remark=_signed_at(given, timezone) if given else None,
    )


def _signed_at(given: MinutesSignature, timezone: str) -> str:
    local = given.signed_at.astimezone(ZoneInfo(timezone))
    said = words.SIGNED_ON_PAPER if given.scan_sha256 else words.SIGNED_AT
    return said.format(time=time_in_words(local), day=day_in_words(local.date()), name=given.recorded_by_name)
