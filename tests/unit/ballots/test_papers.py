"""Blind signatures against the vectors that RFC 9474 publishes, and what a paper of ours withstands."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from tests.support.voter import CHOICES, Paper, blind, finalize

from handbook.ballots.enums import Choice
from handbook.ballots.errors import InvalidPaper
from handbook.ballots.papers import (
    FilledPaper,
    decode,
    encode,
    is_genuine,
    load_private,
    new_key_pair,
    sign_blinded,
)

VECTOR: dict[str, str] = json.loads(
    (Path(__file__).parents[2] / "data" / "ballots" / "rfc9474.json").read_text()
)
BALLOT_KEY = "6e7c3f0a-0000-4000-8000-000000000001"
NUMBERS = {name: int(VECTOR[name], 16) for name in ("n", "e", "d", "inv")}
BYTES = {
    name: bytes.fromhex(text) for name, text in VECTOR.items() if name != "source" and len(text) % 2 == 0
}


@pytest.fixture(scope="module")
def published() -> rsa.RSAPrivateKey:
    n, e, d = NUMBERS["n"], NUMBERS["e"], NUMBERS["d"]
    p, q = rsa.rsa_recover_prime_factors(n, e, d)
    return rsa.RSAPrivateNumbers(
        p,
        q,
        d,
        rsa.rsa_crt_dmp1(d, p),
        rsa.rsa_crt_dmq1(d, q),
        rsa.rsa_crt_iqmp(p, q),
        rsa.RSAPublicNumbers(e, n),
    ).private_key()


@pytest.fixture(scope="module")
def pair() -> tuple[str, str]:
    return new_key_pair()


@pytest.fixture
def signed(pair: tuple[str, str]) -> Paper:
    paper = Paper(BALLOT_KEY, pair[0])
    paper.take(encode(sign_blinded(load_private(pair[1]), decode(paper.blinded))))
    return paper


def test_the_server_signs_what_the_rfc_blinded(published: rsa.RSAPrivateKey) -> None:
    assert sign_blinded(published, BYTES["blinded_msg"]) == BYTES["blind_sig"]


def test_the_phone_of_these_tests_blinds_and_finalizes_like_the_rfc(published: rsa.RSAPrivateKey) -> None:
    key = published.public_key()
    prepared = BYTES["msg_prefix"] + BYTES["msg"]
    assert blind(key, prepared, salt=BYTES["salt"], inverse=NUMBERS["inv"]) == BYTES["blinded_msg"]
    assert finalize(key, BYTES["blind_sig"], NUMBERS["inv"]) == BYTES["sig"]


def test_the_finished_signature_is_an_ordinary_one(published: rsa.RSAPrivateKey) -> None:
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)
    published.public_key().verify(BYTES["sig"], BYTES["msg_prefix"] + BYTES["msg"], pss, hashes.SHA384())


@pytest.mark.parametrize("wrong", [b"\x01" * 10, b"\xff" * 256, bytes(256), bytes(255) + b"\x01", b""])
def test_what_is_no_number_of_the_key_is_not_signed(pair: tuple[str, str], wrong: bytes) -> None:
    with pytest.raises(InvalidPaper):
        sign_blinded(load_private(pair[1]), wrong)


def of(body: dict[str, Any]) -> FilledPaper:
    fields = {**body, "choice": Choice(body["choice"]), "marks": tuple(body["marks"])}
    return FilledPaper(**fields)


@pytest.mark.parametrize("choice", CHOICES)
def test_a_signed_paper_is_genuine_with_any_choice(pair: tuple[str, str], signed: Paper, choice: str) -> None:
    paper = of(signed.filled(choice))
    assert is_genuine(paper, ballot_key=BALLOT_KEY, public_key=pair[0])
    assert paper.serial == signed.serial


def test_nobody_can_turn_a_paper_to_another_choice(pair: tuple[str, str], signed: Paper) -> None:
    """Who sees a vote pass, the server included, holds one secret of three."""
    agree = of(signed.filled("agree"))
    for choice in (Choice.DISAGREE, Choice.OTHER):
        assert not is_genuine(replace(agree, choice=choice), ballot_key=BALLOT_KEY, public_key=pair[0])
    turned = (agree.marks[1], agree.marks[0], agree.marks[2])
    moved = replace(agree, choice=Choice.DISAGREE, marks=turned)
    assert not is_genuine(moved, ballot_key=BALLOT_KEY, public_key=pair[0])


def test_a_paper_counts_in_its_own_ballot_only(pair: tuple[str, str], signed: Paper) -> None:
    paper = of(signed.filled("agree"))
    assert not is_genuine(paper, ballot_key=BALLOT_KEY.replace("6e", "7e"), public_key=pair[0])
    assert not is_genuine(paper, ballot_key=BALLOT_KEY, public_key=new_key_pair()[0])


def test_what_is_not_a_paper_at_all_is_not_genuine(pair: tuple[str, str], signed: Paper) -> None:
    good = of(signed.filled("other"))
    flipped = bytearray(signed.signature)
    flipped[-1] ^= 1
    for wrong in (
        replace(good, signature=encode(bytes(flipped))),
        replace(good, signature="không"),
        replace(good, randomizer=encode(b"\x00" * 32)),
        replace(good, secret=encode(signed.secrets[0])),
        replace(good, marks=good.marks[:2]),
        replace(good, marks=(*good.marks[:2], "!")),
    ):
        assert not is_genuine(wrong, ballot_key=BALLOT_KEY, public_key=pair[0])


def test_texts_have_one_way_to_be_written() -> None:
    assert decode(encode(b"\x00\xff")) == b"\x00\xff"
    for wrong in ("AP8=", "AP9", "AP+/", "A"):
        with pytest.raises(InvalidPaper):
            decode(wrong)
