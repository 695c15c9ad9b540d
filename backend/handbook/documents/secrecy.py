"""Finding the secrecy marks of state secrets: mật, tối mật, tuyệt mật.

Source of the rule: the law on the protection of state secrets (117/2025/QH15, in force since 1 March 2026, before
it 29/2018/QH14) knows three levels, and the stamp that shows the level is a line of its own in capital letters
(form 02 of circular 24/2020/TT-BCA). A document that bears one may not be held on a networked system at all. So
a document is refused when its file name, a title it carries, or the text of its first pages shows a *mark*. The
word in running text is no mark: "bí mật", "bảo mật", "mật độ dân số" or a law's list of the three levels.

**In text** the words are a mark when they

1. stand alone: a line, table cell, text box, header or footer that says nothing else, unless they end a sentence
   that began on the line before;
2. are written in capitals anywhere ("Số 12-CV/TU TỐI MẬT"), except as part of a compound ("BÍ MẬT", "MẬT ĐỘ")
   or at the end of a person's name;
3. stand in brackets, or follow a label ("Độ mật", "Mức độ:", "Phân loại:"), or have a capital letter after the
   document's symbol or after a word in small letters ("tài liệu Mật"), but not where a line lists several levels;
4. end a short line such as "Tài liệu mật".

**In file names and titles**, which are short, the words are a mark unless they are part of a compound or of a
name. Without diacritics "mat" is also mắt, mặt and mất: "toi mat" and "tuyet mat" are marks, "mat" alone only
where it is set apart (brackets, capitals among small letters, after a symbol or a kind of document).

What is meant to be read is what counts: composed and decomposed Unicode, wide and styled letters, letters
s p a c e d out, invisible characters in between, and the two old encodings TCVN3 and VNI. In doubt the document is
refused: a wrong refusal is mended by a new name, a wrong acceptance is not.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from handbook.documents import secrecy_words as words
from handbook.documents.enums import SecrecyLevel


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    stop: int

    @property
    def lower(self) -> str:
        return self.text.lower()


@dataclass(frozen=True, slots=True)
class _Phrase:
    """The level named by ``words[first:last + 1]`` of a line; ``first`` is -1 when it began on the line before."""

    level: SecrecyLevel
    first: int
    last: int


_WORD = re.compile(r"[^\W_]+")
_COLUMNS = re.compile(r"\t| {3,}|[|¦│┃]")
_LETTER_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .·_-]){2,}[^\W\d_](?![^\W_])")
_BLANK = re.compile(r" +|[-_]")
_BEFORE_MARK = re.compile(r"\s+(?=[\u0300-\u036f])")
_SYMBOL_BEFORE = re.compile(r"\d+\s*[-–/]\s*[^\W\d_][\w./-]*[\s,;–-]*$")
_LABEL_BEFORE = re.compile(r"\b(?:mức độ|cấp độ|phân loại|loại|mức)\s*[:：]\s*$", re.IGNORECASE)
_SENTENCE_END = (".", ":", ";", "!", "?", "…")
_OPENING, _CLOSING = "([{<«", ")]}>»"
_PROSE_LENGTH = 25
_JOINED = {"tốimật": SecrecyLevel.TOP_SECRET, "tuyệtmật": SecrecyLevel.MOST_SECRET}
_RAISED = {
    "tối": SecrecyLevel.TOP_SECRET,
    "tuyệt": SecrecyLevel.MOST_SECRET,
    "toi": SecrecyLevel.TOP_SECRET,
    "tuyet": SecrecyLevel.MOST_SECRET,
}


def find_mark_in_text(lines: Iterable[str]) -> SecrecyLevel | None:
    """The gravest mark in these lines, or ``None``.

    An empty line parts two blocks (paragraphs, cells, boxes): no sentence runs on across it.
    """
    found: list[SecrecyLevel] = []
    before = ""
    for line in lines:
        canonical = canonical_text(line)
        if not canonical.strip():
            before = ""
            continue
        for segment in _COLUMNS.split(canonical):
            if segment.strip():
                found.extend(_marks_in_segment(segment, before))
                before = segment
    return max(found, default=None)


def find_mark_in_name(name: str) -> SecrecyLevel | None:
    """The gravest mark in a file name (with or without its ending) or in a title, or ``None``."""
    text = _part_camel_case(canonical_text(re.sub(r"\.[A-Za-z]{3,5}$", "", name.strip())))
    line = _words(text)
    found = [
        phrase.level
        for phrase in _phrases(line, before=())
        if not _is_compound(text, line, phrase, before=(), same_case=False)
        and not _ends_a_person(line, phrase)
    ]
    found.extend(_bare_marks(text, line))
    return max(found, default=None)


def canonical_text(text: str) -> str:
    """The text as it is meant to be read: one Unicode form, no invisible characters, spaced letters drawn together.

    Line structure is kept: tabs stay, other blanks become spaces.
    """
    visible = "".join(char for char in text if unicodedata.category(char) != "Cf")
    decoded = words.from_old_encodings(unicodedata.normalize("NFC", visible))
    composed = unicodedata.normalize("NFKC", _BEFORE_MARK.sub("", decoded))
    composed = "".join(" " if char.isspace() and char != "\t" else char for char in composed)
    return _LETTER_SPACED.sub(lambda match: re.sub(r"[ .·_-]", "", match[0]), composed)


def _words(text: str) -> list[_Word]:
    return [_Word(match[0], match.start(), match.end()) for match in _WORD.finditer(text)]


def _phrases(line: Sequence[_Word], before: Sequence[_Word]) -> Iterator[_Phrase]:
    """Every place where the line names a level, with diacritics."""
    for index, word in enumerate(line):
        if word.lower in _JOINED:
            yield _Phrase(_JOINED[word.lower], index, index)
        elif word.lower == "mật":
            previous = _previous(line, index, before)
            if previous in ("tối", "tuyệt"):
                yield _Phrase(_RAISED[previous], index - 1, index)
            else:
                yield _Phrase(SecrecyLevel.SECRET, index, index)


def _previous(line: Sequence[_Word], index: int, before: Sequence[_Word]) -> str:
    if index > 0:
        return line[index - 1].lower
    return before[-1].lower if before else ""


def _marks_in_segment(segment: str, before: str) -> Iterator[SecrecyLevel]:
    line, line_before = _words(segment), _words(before)
    for phrase in _phrases(line, line_before):
        if _is_labelled(line, phrase):
            yield phrase.level
        elif _is_compound(segment, line, phrase, line_before, same_case=True):
            continue
        elif _is_mark(segment, line, phrase, before):
            yield phrase.level
    if len(line) <= 2 and segment.isupper() and segment.isascii():
        bare = " ".join(word.lower for word in line)
        yield from ([words.BARE_LEVELS[bare]] if bare in words.BARE_LEVELS else [])


def _is_mark(segment: str, line: Sequence[_Word], phrase: _Phrase, before: str) -> bool:
    first = max(phrase.first, 0)
    start, stop = line[first].start, line[phrase.last].stop
    text = segment[start:stop]
    if first == 0 and phrase.last == len(line) - 1:
        runs_on = len(before.strip()) >= _PROSE_LENGTH and not before.rstrip().endswith(_SENTENCE_END)
        return not (runs_on and text.islower())
    if text.isupper():
        return not _ends_a_person(line, phrase)
    if segment[:start].rstrip()[-1:] in tuple(_OPENING) and segment[stop:].lstrip()[:1] in tuple(_CLOSING):
        return True
    if _LABEL_BEFORE.search(segment[:start]):
        return True
    if text[0].isupper() and (
        _SYMBOL_BEFORE.search(segment[:start]) or _is_emphasised(segment, line, phrase)
    ):
        return True
    opening = " ".join(word.lower for word in line[:first])
    return (
        phrase.last == len(line) - 1 and opening in words.KINDS_OF_DOCUMENT and segment.strip()[0].isupper()
    )


def _is_emphasised(segment: str, line: Sequence[_Word], phrase: _Phrase) -> bool:
    """Whether the capital letter is there for the level's sake: not for a person's, a place's or a list's."""
    first, after = max(phrase.first, 0), line[phrase.last + 1 : phrase.last + 2]
    if first == 0 or not _touch(segment, line[first - 1], line[first]):
        return False
    if not line[first - 1].text.islower() or line[first - 1].lower in words.BEFORE_A_PERSON:
        return False
    if after and after[0].text[0].isupper() and _touch(segment, line[phrase.last], after[0]):
        return False
    return len({other.level for other in _phrases(line, ())}) == 1


def _is_labelled(line: Sequence[_Word], phrase: _Phrase) -> bool:
    """Whether the phrase follows "độ mật"."""
    first = phrase.first
    return first >= 2 and line[first - 2].lower == "độ" and line[first - 1].lower == "mật"


def _is_compound(
    text: str, line: Sequence[_Word], phrase: _Phrase, before: Sequence[_Word], *, same_case: bool
) -> bool:
    """Whether the word belongs to its neighbour, as in "bí mật" or "mật độ".

    With ``same_case`` a neighbour in small letters does not bind a word in capitals: a stamp and the line beside
    it often come out of a PDF as one line.
    """
    if phrase.level is not SecrecyLevel.SECRET:
        return False
    index = phrase.last
    word = line[index]
    left = line[index - 1] if index > 0 else (before[-1] if before else None)
    if index > 0 and not _touch(text, line[index - 1], word):
        left = None
    right = line[index + 1] if index + 1 < len(line) and _touch(text, word, line[index + 1]) else None
    binds_left = left is not None and left.lower in words.BEFORE_MAT and _alike(left, word, same_case)
    binds_right = right is not None and right.lower in words.AFTER_MAT and _alike(right, word, same_case)
    return binds_left or binds_right


def _touch(text: str, left: _Word, right: _Word) -> bool:
    """Whether nothing but blanks, or the hyphen or underscore that stands for one, is between two words."""
    return _BLANK.fullmatch(text[left.stop : right.start]) is not None


def _alike(neighbour: _Word, word: _Word, same_case: bool) -> bool:
    return not same_case or not word.text.isupper() or neighbour.text.isupper()


def _ends_a_person(line: Sequence[_Word], phrase: _Phrase) -> bool:
    """Whether the word is the given name after a family name and at most two middle names, as in "Nguyễn Văn Mật"."""
    if phrase.level is not SecrecyLevel.SECRET or line[phrase.last].text.islower():
        return False
    for distance in (2, 3):
        index = phrase.last - distance
        if index >= 0 and line[index].lower in words.FAMILY_NAMES:
            return all(word.text[0].isupper() for word in line[index : phrase.last])
    return False


def _bare_marks(text: str, line: Sequence[_Word]) -> Iterator[SecrecyLevel]:
    """Marks in a name that is written without diacritics."""
    for index, word in enumerate(line):
        if word.lower in words.BARE_JOINED:
            yield words.BARE_JOINED[word.lower]
        elif word.lower == "mat":
            left = line[index - 1].lower if index else ""
            if left in _RAISED:
                yield _RAISED[left]
            elif _is_set_apart(text, line, index):
                yield SecrecyLevel.SECRET


def _is_set_apart(text: str, line: Sequence[_Word], index: int) -> bool:
    word = line[index]
    left = line[index - 1].lower if index else ""
    right = line[index + 1].lower if index + 1 < len(line) else ""
    if text[: word.start].rstrip()[-1:] in tuple(_OPENING) and text[word.stop :].lstrip()[:1] in tuple(
        _CLOSING
    ):
        return True
    if left in words.BEFORE_BARE_MAT or right in words.AFTER_BARE_MAT:
        return False
    others = [other for other in line if other is not word and not other.text.isdigit()]
    if not others:
        return True
    last = all(other.text.isdigit() for other in line[index + 1 :])
    opening = "".join(other.lower for other in line[max(0, index - 2) : index])
    if last and (words.BARE_KINDS_OF_DOCUMENT & {opening, left} or left == "do"):
        return True
    if left in words.SYMBOL_CODES or (index == 0 and right.isdigit()):
        return True
    if word.text.isupper() and any(not other.text.isupper() for other in others):
        return True
    parts = [part.strip().lower() for part in re.split(r"_+| - |--|[.,;]", text)]
    return "mat" in parts and re.search(r"[ -]", re.sub(r" - |--", "", text)) is not None


def _part_camel_case(text: str) -> str:
    parted = [text[:1]]
    for before, char in pairwise(text):
        parted.append(f" {char}" if before.islower() and char.isupper() else char)
    return "".join(parted)
