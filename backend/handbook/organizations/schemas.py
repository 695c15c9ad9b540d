from marshmallow import fields, validate

from handbook.kernel.concurrency import etag_of
from handbook.kernel.pagination import PageArgs
from handbook.kernel.schemas import Id, Schema
from handbook.kernel.tree import path_ids
from handbook.organizations.enums import OrganizationKind
from handbook.organizations.models import Organization


class MemberCountsSchema(Schema):
    official = fields.Integer(required=True)
    probationary = fields.Integer(required=True)
    exempt = fields.Integer(required=True)


class OrganizationSchema(Schema):
    """An organisation; ``path`` is the ids from the root down to it."""

    id = Id(required=True)
    parent_id = Id(required=True, allow_none=True)
    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in OrganizationKind]))
    name = fields.String(required=True)
    code = fields.String(required=True)
    path = fields.Method("dump_path", required=True, metadata={"type": "array", "items": {"type": "string"}})
    timezone = fields.String(required=True)
    member_counts = fields.Method(
        "dump_counts", required=True, metadata={"$ref": "#/components/schemas/MemberCounts"}
    )
    etag = fields.Function(etag_of, required=True, metadata={"type": "string"})

    def dump_path(self, organization: Organization) -> list[str]:
        return [str(id_) for id_ in path_ids(organization.path)]

    def dump_counts(self, organization: Organization) -> dict[str, int]:
        return {
            "official": organization.official_count,
            "probationary": organization.probationary_count,
            "exempt": organization.exempt_count,
        }


class OrganizationListArgs(PageArgs):
    parent = Id(load_default=None)
