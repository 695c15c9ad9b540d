from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from handbook.kernel.concurrency import etag_of
from handbook.kernel.pagination import PageArgs
from handbook.kernel.schemas import Id, Instant, RowProblemSchema, Schema, Text
from handbook.meetings.schemas import OnlineUrl

MAX_SITES_PAGE = 600
MAX_HOSTS = 10
MAX_CARDS = 1_000


class CardNumber(Text):
    """The number of a member's card as it is printed."""

    def __init__(self) -> None:
        super().__init__(min_length=1, max_length=30)


class SiteInSchema(Schema):
    """A new site; ``host_cards``: the card numbers of who looks after it."""

    name = Text(required=True, min_length=1, max_length=200)
    address = Text(load_default=None, allow_none=True, max_length=300)
    online_url = OnlineUrl(load_default=None, allow_none=True)
    host_cards = fields.List(CardNumber(), load_default=list, validate=validate.Length(max=MAX_HOSTS))


class SitePatchSchema(Schema):
    """What may change of a site; ``host_cards`` names all hosts anew."""

    name = Text(min_length=1, max_length=200)
    address = Text(allow_none=True, max_length=300)
    online_url = OnlineUrl(allow_none=True)
    host_cards = fields.List(CardNumber(), validate=validate.Length(max=MAX_HOSTS))


class SiteHostSchema(Schema):
    """Who looks after a site. ``card_number`` and ``phone`` (E.164) are for who prepares the conference and names and calls
    hosts by them; null for others."""

    member_id = Id(required=True)
    full_name = fields.String(required=True)
    card_number = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)


class SiteCountsSchema(Schema):
    """The five states and ``not_recorded`` add up to ``delegates``, who belong to the site wherever they were recorded.

    ``at_other_sites`` of them attend elsewhere, ``from_other_sites`` belong elsewhere and attend here: in the room are
    ``present + late - at_other_sites + from_other_sites``.
    """

    delegates = fields.Integer(required=True)
    present = fields.Integer(required=True)
    late = fields.Integer(required=True)
    excused = fields.Integer(required=True)
    unexcused = fields.Integer(required=True)
    exempt = fields.Integer(required=True)
    not_recorded = fields.Integer(required=True)
    at_other_sites = fields.Integer(required=True)
    from_other_sites = fields.Integer(required=True)


class SiteSchema(Schema):
    """A site of a conference. ``counts`` null for a delegate, who sees the own site and no more."""

    id = Id(required=True)
    meeting_id = Id(required=True)
    number = fields.Integer(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True, allow_none=True)
    online_url = fields.String(required=True, allow_none=True)
    hosts = fields.List(fields.Nested(SiteHostSchema), required=True)
    counts = fields.Nested(SiteCountsSchema, required=True, allow_none=True)
    opened_at = Instant(required=True, allow_none=True)
    etag = fields.Function(etag_of, required=True, metadata={"type": "string"})


class SiteListSchema(Schema):
    """``totals`` are the conference's head-counts over all its sites; null for who sees only some of them."""

    items = fields.List(fields.Nested(SiteSchema), required=True)
    next = fields.String(required=True, allow_none=True)
    totals = fields.Nested(SiteCountsSchema, required=True, allow_none=True)


class SiteListArgs(PageArgs):
    """``q`` finds parts of names without regard to diacritics and đ."""

    q = fields.String(load_default=None, validate=validate.Length(max=120))
    phones = fields.Boolean(
        load_default=True,
        metadata={"description": "false: without the numbers of hosts, and nothing is recorded as read"},
    )
    limit = fields.Integer(load_default=MAX_SITES_PAGE, validate=validate.Range(1, MAX_SITES_PAGE))


class DelegatesInSchema(Schema):
    """Delegates of one site by their card numbers, or by who they are; all of them are taken, or none."""

    card_numbers = fields.List(CardNumber(), load_default=list, validate=validate.Length(max=MAX_CARDS))
    member_ids = fields.List(Id(), load_default=list, validate=validate.Length(max=MAX_CARDS))
    site_id = Id(required=True)

    @validates_schema
    def somebody(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not data["card_numbers"] and not data["member_ids"]:
            raise ValidationError({"card_numbers": ["required"]})


class DelegatesAnswerSchema(Schema):
    """What became of the cards: new delegates, those who changed the site, and those who belonged to it already."""

    created = fields.Integer(required=True)
    moved = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)


class DelegateSchema(Schema):
    """A delegate of a site, with the cell that tells people of one name apart."""

    member_id = Id(required=True)
    full_name = fields.String(required=True)
    organization_name = fields.String(required=True)


class DelegateMoveSchema(Schema):
    site_id = Id(required=True)


class ConferenceFileSchema(Schema):
    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class ConferenceImportArgs(Schema):
    """``dry_run``: judge the file and change nothing."""

    dry_run = fields.Boolean(load_default=False)


class ConferenceReportSchema(Schema):
    """What an import came to. ``sites`` and ``delegates`` count rows of a kind, ``unchanged`` and ``refused`` those of both."""

    sites = fields.Integer(required=True)
    sites_created = fields.Integer(required=True)
    sites_updated = fields.Integer(required=True)
    delegates = fields.Integer(required=True)
    delegates_created = fields.Integer(required=True)
    delegates_moved = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    problems = fields.List(fields.Nested(RowProblemSchema), required=True)
