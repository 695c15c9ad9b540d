from typing import Any

from marshmallow import fields, validate

from handbook.ballots.enums import BallotKind, BallotMethod, BallotState, Choice, Fault, ResultFlag
from handbook.kernel.schemas import Id, Instant, Schema, Text

MAX_RESERVED = 200
MAX_OPINION = 2000
MAX_COUNT = 100_000

_KINDS = validate.OneOf([kind.value for kind in BallotKind])
_METHODS = validate.OneOf([method.value for method in BallotMethod])
_STATES = validate.OneOf([state.value for state in BallotState])
_CHOICES = validate.OneOf([choice.value for choice in Choice])
_UUID = validate.Regexp(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_DIGEST = validate.Regexp(r"^[A-Za-z0-9_-]{43}\Z")
_NUMBER = validate.Regexp(r"^[A-Za-z0-9_-]{43,700}\Z")


def _count(**kwargs: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(min=0, max=MAX_COUNT), **kwargs)


class ReservationSchema(Schema):
    """A member's reserved opinion, on record by name."""

    member_id = Id(required=True)
    full_name = fields.String(attribute="member.full_name", required=True)
    text = fields.String(required=True)


class PapersSchema(Schema):
    """The papers of a secret ballot: handed out, in the box, and of those the valid and the invalid ones."""

    given_out = _count(required=True)
    returned = _count(required=True)
    valid = _count(required=True)
    invalid = _count(required=True)


class TallySchema(Schema):
    """Votes by option, as people counted them."""

    agree = _count(required=True)
    disagree = _count(required=True)
    other = _count(required=True)


class VoteQuorumSchema(Schema):
    """How many official members had to be in the room at the vote, and how many were."""

    required = fields.Integer(required=True)
    present = fields.Integer(required=True)
    reached = fields.Boolean(required=True)


class BallotResultSchema(Schema):
    """The frozen result. ``majority_share`` of ``denominator`` had to agree, at least or more than it; that is ``required``.

    ``passed`` null: the ballot was void, and ``faults`` says why. ``hands``: what was counted by hand beside an open vote by
    phone, within the votes. ``room_denominator``: what the room counted with where that could not be. ``count_confirmed``:
    who wrote down more votes than the roll has in the room was asked and said so. ``quorum`` null: not frozen with the vote.
    """

    denominator = fields.Integer(required=True)
    voters_present = fields.Integer(required=True)
    required = fields.Integer(required=True)
    majority_share = fields.String(required=True, metadata={"example": "2/3"})
    majority_at_least = fields.Boolean(required=True)
    agree = fields.Integer(required=True)
    disagree = fields.Integer(required=True)
    other = fields.Integer(required=True)
    not_voted = fields.Integer(required=True)
    passed = fields.Boolean(required=True, allow_none=True)
    faults = fields.List(
        fields.String(validate=validate.OneOf([fault.value for fault in Fault])), required=True
    )
    papers = fields.Nested(PapersSchema, required=True, allow_none=True)
    quorum = fields.Nested(VoteQuorumSchema, required=True, allow_none=True)
    room_denominator = fields.Integer(required=True, allow_none=True)
    count_confirmed = fields.Boolean(required=True)
    hands = fields.Nested(TallySchema, required=True, allow_none=True)
    flags = fields.List(
        fields.String(validate=validate.OneOf([flag.value for flag in ResultFlag])), required=True
    )


class CorrectionSchema(Schema):
    """A count by people that stood until it was corrected; ``papers`` where they were counted too. ``differed``: it was not
    corrected, two devices counted differently and another count was taken. ``withdrawn``: the vote was written down by
    mistake and taken out at that time, for this reason."""

    papers = fields.Nested(PapersSchema)
    differed = fields.Boolean()
    withdrawn = fields.String()

    agree = fields.Integer(required=True)
    disagree = fields.Integer(required=True)
    other = fields.Integer(required=True)
    denominator = fields.Integer(required=True)
    corrected_at = Instant(required=True)


class OwnVoteSchema(Schema):
    """What the ballot is to the reader. ``choice`` is an open vote given by phone; of a secret one nothing is known here."""

    has_vote = fields.Boolean(required=True)
    may_vote = fields.Boolean(required=True)
    choice = fields.String(required=True, allow_none=True, validate=_CHOICES)
    paper_taken = fields.Boolean(required=True)


class ProgressSchema(Schema):
    """How far an unfinished vote has come; never how it goes. ``hands_left``: who is in the room and has not voted in an open
    vote by phone; their hands may be counted at the closing.

    ``without_paper``: who could vote in secret now and holds no paper. ``few_voters``: so few can vote, ``few_votes``: so few
    have voted, that a result would tell how each of them did.
    """

    denominator = fields.Integer(required=True)
    required = fields.Integer(required=True)
    present = fields.Integer(required=True)
    voted = fields.Integer(required=True)
    voted_member_ids = fields.List(Id(), required=True)
    papers_taken = fields.Integer(required=True)
    hands_left = fields.Integer(required=True)
    quorum = fields.Nested(VoteQuorumSchema, required=True)
    without_paper = fields.List(fields.Nested("TakerSchema"), required=True)
    few_voters = fields.Boolean(required=True)
    few_votes = fields.Boolean(required=True)


class PutToTheVoteSchema(Schema):
    """What the resolution was called that a ballot decides on, when it was put to the vote."""

    symbol = fields.String(required=True)
    title = fields.String(required=True)


class BallotSchema(Schema):
    """A ballot as its reader sees it: ``progress`` for who runs the meeting, ``result`` for everybody once it is closed.

    ``resolution_id``: the draft it decides on; ``resolution`` its name, frozen with the vote, for who cannot read drafts as
    well; ``content_hash`` that of the text that was put to the vote, null where nobody knows it. ``resolution_text``: that text
    itself while the vote is open, for who may vote by phone now and who runs the meeting.
    ``corrections``: the counts by hand that stood before, in their order. A counted vote that was taken out is
    ``withdrawn``, and the last of them says why.
    """

    id = Id(required=True)
    key = fields.String(required=True)
    meeting_id = Id(required=True)
    agenda_item_id = Id(required=True, allow_none=True)
    resolution_id = Id(required=True, allow_none=True)
    resolution = fields.Nested(PutToTheVoteSchema, required=True, allow_none=True)
    content_hash = fields.String(required=True, allow_none=True)
    resolution_text = fields.String(required=True, allow_none=True)
    title = fields.String(required=True)
    kind = fields.String(required=True, validate=_KINDS)
    method = fields.String(required=True, validate=_METHODS)
    state = fields.String(required=True, validate=_STATES)
    opened_at = Instant(required=True, allow_none=True)
    casting_since = Instant(required=True, allow_none=True)
    closed_at = Instant(required=True, allow_none=True)
    public_key = fields.String(required=True, allow_none=True)
    mine = fields.Nested(OwnVoteSchema, required=True)
    progress = fields.Nested(ProgressSchema, required=True, allow_none=True)
    result = fields.Nested(BallotResultSchema, required=True, allow_none=True)
    reserved = fields.List(fields.Nested(ReservationSchema), required=True)
    corrections = fields.List(fields.Nested(CorrectionSchema), required=True)
    can = fields.List(fields.String(), required=True)
    etag = fields.String(required=True)


class BallotsSchema(Schema):
    items = fields.List(fields.Nested(BallotSchema), required=True)


class BallotInSchema(Schema):
    """``key`` is a UUID made by the device; the same one again names the same ballot. ``resolution_id``: the meeting's draft
    that is put to the vote."""

    key = fields.String(required=True, validate=_UUID)
    title = Text(required=True, min_length=1, max_length=300)
    kind = fields.String(required=True, validate=_KINDS)
    method = fields.String(required=True, validate=_METHODS)
    agenda_item_id = Id(load_default=None, allow_none=True)
    resolution_id = Id(load_default=None, allow_none=True)


class ReservationInSchema(Schema):
    member_id = Id(required=True)
    text = Text(required=True, min_length=1, max_length=MAX_OPINION, multiline=True)


class ReservationsInSchema(Schema):
    reserved = fields.List(
        fields.Nested(ReservationInSchema), required=True, validate=validate.Length(max=MAX_RESERVED)
    )


class BeginCastingSchema(Schema):
    """``without_paper``: the members in the room of whom the chair knows that they hold no paper and get none any more."""

    without_paper = fields.List(Id(), load_default=list, validate=validate.Length(max=MAX_COUNT))


class CloseBallotSchema(Schema):
    """``expected_denominator`` is the number the chair sees; ``tally`` and ``papers`` only where people counted.

    ``hands``: of those in the room who did not vote in an open vote by phone. ``accept_few_votes``: publish the result of a
    secret ballot although it tells how the few who voted did.
    """

    accept_few_votes = fields.Boolean(load_default=False)

    expected_denominator = _count(required=True)
    tally = fields.Nested(TallySchema, load_default=None, allow_none=True)
    papers = fields.Nested(PapersSchema, load_default=None, allow_none=True)
    hands = fields.Nested(TallySchema, load_default=None, allow_none=True)
    reserved = fields.List(
        fields.Nested(ReservationInSchema), load_default=list, validate=validate.Length(max=MAX_RESERVED)
    )


class VoteInSchema(Schema):
    choice = fields.String(required=True, validate=_CHOICES)


class VoteSchema(Schema):
    ballot_id = Id(required=True)
    choice = fields.String(required=True, validate=_CHOICES)
    cast_at = Instant(required=True)


class BlindedPaperSchema(Schema):
    """``blinded``: the blinded serial of RFC 9474, as long as the modulus of the ballot's key, base64url."""

    blinded = fields.String(required=True, validate=_NUMBER)


class BlindSignatureSchema(Schema):
    blind_signature = fields.String(required=True)


class FilledPaperSchema(Schema):
    """A paper for the box: the marks of the three choices (agree, disagree, other), and the secret behind the chosen one."""

    choice = fields.String(required=True, validate=_CHOICES)
    secret = fields.String(required=True, validate=_DIGEST)
    marks = fields.List(fields.String(validate=_DIGEST), required=True, validate=validate.Length(equal=3))
    randomizer = fields.String(required=True, validate=_DIGEST)
    signature = fields.String(required=True, validate=_NUMBER)


class ReceiptSchema(Schema):
    """The paper lies in the box under this serial."""

    serial = fields.String(required=True)


class BoxVoteSchema(FilledPaperSchema):
    serial = fields.String(required=True)


class TakerSchema(Schema):
    member_id = Id(required=True)
    full_name = fields.String(required=True)


class NamedVoteSchema(TakerSchema):
    choice = fields.String(required=True, validate=_CHOICES)


class BallotRecordSchema(Schema):
    """A closed ballot with everything from which anybody can count it again."""

    ballot = fields.Nested(BallotSchema, required=True)
    public_key = fields.String(required=True, allow_none=True)
    papers = fields.List(fields.Nested(TakerSchema), required=True)
    box = fields.List(fields.Nested(BoxVoteSchema), required=True)
    votes = fields.List(fields.Nested(NamedVoteSchema), required=True)
