"""The kept text: composing again loses nothing that somebody wrote, and says where the facts have moved."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handbook.minutes.compose import ComposedParagraph, ComposedSection
from handbook.minutes.text import (
    Sections,
    compose_again,
    edit,
    from_facts,
    from_json,
    to_json,
)


def facts(**paragraphs: str) -> list[ComposedSection]:
    made = tuple(ComposedParagraph(key, text) for key, text in paragraphs.items())
    return [ComposedSection("content", "Nội dung", made)]


def given_text(*paragraphs: tuple[str, str], **said: bool) -> list[dict[str, Any]]:
    listed = [{"id": id_, "text": text, "removed": False, **said} for id_, text in paragraphs]
    return [{"key": "content", "paragraphs": listed}]


def printed(sections: Sections) -> list[str]:
    return [paragraph.text for section in sections for paragraph in section.printed]


FIRST = from_facts(facts(a="Một.", b="Hai.", c="Ba."))


def test_what_nobody_touched_follows_the_facts() -> None:
    again = compose_again(FIRST, facts(a="Một.", b="Hai mới.", d="Bốn."))
    assert printed(again.sections) == ["Một.", "Hai mới.", "Bốn."]
    assert again.changed == {"content"}


def test_an_edited_paragraph_stays_and_tells_when_its_facts_have_changed() -> None:
    edited = edit(FIRST, given_text(("a", "Một."), ("b", "Hai, do thư ký sửa."), ("c", "Ba.")))
    same = compose_again(edited, facts(a="Một.", b="Hai.", c="Ba."))
    assert same.changed == frozenset()
    again = compose_again(edited, facts(a="Một.", b="Hai mới.", c="Ba."))
    paragraph = again.sections[0].paragraphs[1]
    assert (paragraph.text, paragraph.facts, paragraph.differs) == ("Hai, do thư ký sửa.", "Hai mới.", True)
    # Whoever takes the facts' words has settled it.
    settled = edit(again.sections, given_text(("a", "Một."), ("b", "Hai mới."), ("c", "Ba.")))
    assert not settled[0].paragraphs[1].is_edited
    assert not settled[0].paragraphs[1].differs


def test_an_edited_paragraph_whose_fact_is_gone_stays_and_says_so() -> None:
    edited = edit(FIRST, given_text(("a", "Một."), ("b", "Hai sửa."), ("c", "Ba.")))
    again = compose_again(edited, facts(a="Một.", c="Ba."))
    assert printed(again.sections) == ["Một.", "Hai sửa.", "Ba."]
    assert again.sections[0].paragraphs[1].differs


def test_only_what_a_person_wrote_or_keeps_is_edited() -> None:
    """The machine wrote of an early leaving that the book refused later; the meeting had heard it."""
    heard = compose_again(FIRST, facts(a="Một.", b="Hai mới."), agreed=True).sections
    assert [(one.text, one.differs, one.by_hand) for one in heard[0].paragraphs] == [
        ("Một.", False, False),
        ("Hai.", True, False),
        ("Ba.", True, False),
    ]
    # Once the words are a draft again, they follow the facts by themselves.
    assert printed(compose_again(heard, facts(a="Một.", b="Hai mới.")).sections) == ["Một.", "Hai mới."]
    kept = edit(heard, given_text(("a", "Một."), ("b", "Hai."), differs=False))
    assert [(one.text, one.differs, one.by_hand) for one in kept[0].paragraphs] == [
        ("Một.", False, False),
        ("Hai.", False, True),
    ]
    assert printed(compose_again(kept, facts(a="Một.", b="Hai mới.")).sections) == ["Một.", "Hai."]


def test_a_paragraph_left_out_stays_left_out_and_can_be_brought_back() -> None:
    edited = edit(FIRST, given_text(("a", "Một."), ("c", "Ba.")))
    assert printed(edited) == ["Một.", "Ba."]
    again = compose_again(edited, facts(a="Một.", b="Hai mới.", c="Ba."))
    assert printed(again.sections) == ["Một.", "Ba."]
    back = edit(again.sections, given_text(("a", "Một."), ("b", "Hai mới."), ("c", "Ba.")))
    assert printed(back) == ["Một.", "Hai mới.", "Ba."]


def test_words_of_ones_own_keep_their_place() -> None:
    edited = edit(FIRST, given_text(("a", "Một."), ("own-1", "Xen vào."), ("b", "Hai."), ("c", "Ba.")))
    again = compose_again(edited, facts(z="Đầu.", a="Một.", b="Hai.", c="Ba."))
    assert printed(again.sections) == ["Đầu.", "Một.", "Xen vào.", "Hai.", "Ba."]


def test_a_section_whose_facts_are_all_gone_keeps_what_was_written_in_it() -> None:
    edited = edit(FIRST, given_text(("own-1", "Lời thư ký."), ("a", "Một.")))
    again = compose_again(edited, [ComposedSection("closing", "Bế mạc", (ComposedParagraph("z", "Hết."),))])
    assert printed(again.sections) == ["Lời thư ký.", "Hết."]


def test_the_text_survives_the_database() -> None:
    edited = edit(FIRST, given_text(("a", "Một."), ("own-1", "Xen vào."), ("b", "Hai.")))
    assert from_json(to_json(edited)) == edited


KEYS = st.lists(st.sampled_from("abcdef"), unique=True)


@given(first=KEYS, second=KEYS, own=st.lists(st.integers(0, 6), max_size=3))
def test_composing_again_never_loses_words_of_ones_own_and_is_stable(
    first: list[str], second: list[str], own: list[int]
) -> None:
    text = from_facts(facts(**{key: f"{key}1" for key in first}))
    lines = [(key, f"{key}1") for key in first]
    for number, place in enumerate(own):
        lines.insert(min(place, len(lines)), (f"own-{number}", f"lời {number}"))
    edited = edit(text, given_text(*lines))
    fresh = facts(**{key: f"{key}2" for key in second})
    once = compose_again(edited, fresh)
    assert {f"lời {number}" for number in range(len(own))} <= set(printed(once.sections))
    assert {f"{key}2" for key in second} <= set(printed(once.sections))
    assert compose_again(once.sections, fresh).sections == once.sections
