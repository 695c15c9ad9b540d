from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handbook.organizations.enums import OrganizationKind
from handbook.resolutions.enums import ABBREVIATIONS, NOT_ISSUED_BY_CELLS, DocumentType
from handbook.resolutions.rules import Symbol, SymbolError, is_term, parse_symbol, term_on

CELL, COMMITTEE = OrganizationKind.CELL, OrganizationKind.GRASSROOTS_COMMITTEE


@pytest.mark.parametrize(
    ("text", "number", "type_", "issuer"),
    [
        ("01-NQ/CB", 1, DocumentType.RESOLUTION, "CB"),
        (" 12-KH/CB ", 12, DocumentType.PLAN, "CB"),
        ("7-TTr/CB", 7, DocumentType.SUBMISSION, "CB"),
        ("103-CTr/ĐU", 103, DocumentType.PROGRAMME, "ĐU"),
        ("02-QĐ/ĐU", 2, DocumentType.DECISION, "ĐU"),
        ("02-QD\u0302A/X", None, None, None),
    ],
)
def test_a_symbol_is_read_in_its_parts(text, number, type_, issuer):
    if number is None:
        with pytest.raises(SymbolError):
            parse_symbol(text, kind=COMMITTEE)
        return
    assert parse_symbol(text, kind=COMMITTEE) == Symbol(number, type_, issuer)


def test_the_two_types_written_qd_are_told_apart_by_the_field():
    assert parse_symbol("01-QĐ/ĐU", kind=COMMITTEE).type is DocumentType.DECISION
    assert (
        parse_symbol("01-QĐ/ĐU", kind=COMMITTEE, type_=DocumentType.REGULATION).type
        is DocumentType.REGULATION
    )
    with pytest.raises(SymbolError, match="type_mismatch"):
        parse_symbol("01-QĐ/ĐU", kind=COMMITTEE, type_=DocumentType.RESOLUTION)


@pytest.mark.parametrize(
    "text", ["", "NQ/CB", "1NQ/CB", "00-NQ/CB", "0-NQ/CB", "01-NQ", "01-NQ/", "01-NQ/cb", "12345-NQ/CB"]
)
def test_what_is_no_symbol_is_refused(text):
    with pytest.raises(SymbolError, match="invalid_symbol"):
        parse_symbol(text, kind=CELL)


def test_an_unknown_type_is_refused():
    for text in ("01-NX/CB", "01-nq/CB", "01-TTR/CB"):
        with pytest.raises(SymbolError, match="unknown_type"):
            parse_symbol(text, kind=CELL)


@pytest.mark.parametrize("text", ["01-QC/CB", "01-TB/CB", "01-KL/CB"])
def test_a_cell_does_not_issue_qc_tb_or_kl_but_a_committee_does(text):
    with pytest.raises(SymbolError, match="type_not_issued_by_cell"):
        parse_symbol(text, kind=CELL)
    assert parse_symbol(text, kind=COMMITTEE).type in NOT_ISSUED_BY_CELLS


@given(
    number=st.integers(1, 9999),
    type_=st.sampled_from(list(DocumentType)),
    issuer=st.sampled_from(["CB", "ĐU", "TU", "ĐUBP", "BTVĐU", "CB.2"]),
)
def test_a_written_symbol_reads_back(number, type_, issuer):
    symbol = Symbol(number, type_, issuer)
    assert parse_symbol(str(symbol), kind=COMMITTEE, type_=type_) == symbol


def test_every_type_has_an_abbreviation():
    assert set(ABBREVIATIONS) == set(DocumentType)


def test_a_term_goes_on_until_its_last_year_is_over():
    assert term_on(date(2026, 3, 1)) == "2025-2030"
    assert term_on(date(2026, 3, 1), "2024-2027") == "2024-2027"
    assert term_on(date(2028, 1, 1), "2024-2027") == "2025-2030"
    assert not is_term("2030-2025")
    assert not is_term("2025")
