from enum import StrEnum


class ResolutionState(StrEnum):
    """A draft is for office holders; an issued resolution is for everybody who may see the organisation."""

    DRAFT = "draft"
    ISSUED = "issued"
    REVOKED = "revoked"


class IssueWarning(StrEnum):
    """What speaks against issuing a resolution: its meeting took no vote on it; the vote on it was written down by mistake and
    taken out; of votes that named no draft one has not passed, or nobody knows whether they were on this one; two devices
    counted its vote differently; another meeting did not pass this text; the vote was on another text, on one of another type
    or term, on one that took another one's place; nobody knows on which text; too few members were there to decide anything. Of
    one in force: its vote, as it stands now, did not pass it."""

    NO_VOTE = "no_vote"
    VOTE_WITHDRAWN = "vote_withdrawn"
    VOTE_NOT_PASSED = "vote_not_passed"
    VOTE_UNCLEAR = "vote_unclear"
    VOTE_DISPUTED = "vote_disputed"
    VOTE_REJECTED = "vote_rejected"
    REJECTED_ELSEWHERE = "rejected_elsewhere"
    CHANGED_AFTER_VOTE = "changed_after_vote"
    TYPE_CHANGED_AFTER_VOTE = "type_changed_after_vote"
    SUPERSEDES_CHANGED_AFTER_VOTE = "supersedes_changed_after_vote"
    TEXT_NOT_FROZEN = "text_not_frozen"
    NO_QUORUM = "no_quorum"


class IssueRefusal(StrEnum):
    """For what a draft is not issued whatever reason is given: somebody has to choose between two counts of its vote; the vote
    is not closed, or was void; it was voted down. The codes of the refusals, the one that is told first coming first."""

    VOTE_DISPUTED = "vote_disputed"
    VOTE_UNDECIDED = "vote_undecided"
    RESOLUTION_REJECTED = "resolution_rejected"


# What may come to light after the issuing, while the minutes are not signed.
KNOWN_SINCE = frozenset({IssueWarning.VOTE_WITHDRAWN, IssueWarning.VOTE_DISPUTED, IssueWarning.VOTE_REJECTED})
# What is said to who issues and asks for no reason: a meeting may well vote before the text is written.
ONLY_SAID = frozenset({IssueWarning.TEXT_NOT_FROZEN})


class Gone(StrEnum):
    """What became of a resolution that is out of force: another took its place, or it was revoked."""

    SUPERSEDED = "superseded"
    REVOKED = "revoked"


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"
    NOT_DONE = "not_done"


class UpdateKind(StrEnum):
    """What an update of a task says: how far it is, how it ended, or that it is open again."""

    PROGRESS = "progress"
    DONE = "done"
    NOT_DONE = "not_done"
    REOPENED = "reopened"


class DocumentType(StrEnum):
    """Types of Party documents (2-domain, Documents).

    Two types share the abbreviation ``QĐ``, so the type is its own field and is never read off the symbol alone.
    """

    RESOLUTION = "resolution"
    DIRECTIVE = "directive"
    REGULATION = "regulation"
    DECISION = "decision"
    RULES_OF_PROCEDURE = "rules_of_procedure"
    GUIDANCE = "guidance"
    PLAN = "plan"
    OFFICIAL_LETTER = "official_letter"
    CONCLUSION = "conclusion"
    REPORT = "report"
    NOTICE = "notice"
    SUBMISSION = "submission"
    INFORMATION = "information"
    MINUTES = "minutes"
    PROGRAMME = "programme"
    PROJECT = "project"
    COPY = "copy"
    INVITATION = "invitation"


# As written in a symbol: nghị quyết, chỉ thị, quy định, quyết định, quy chế, hướng dẫn, kế hoạch, công văn, kết luận,
# báo cáo, thông báo, tờ trình, thông tri, biên bản, chương trình, đề án, bản sao, giấy mời.
ABBREVIATIONS: dict[DocumentType, str] = {
    DocumentType.RESOLUTION: "NQ",
    DocumentType.DIRECTIVE: "CT",
    DocumentType.REGULATION: "QĐ",
    DocumentType.DECISION: "QĐ",
    DocumentType.RULES_OF_PROCEDURE: "QC",
    DocumentType.GUIDANCE: "HD",
    DocumentType.PLAN: "KH",
    DocumentType.OFFICIAL_LETTER: "CV",
    DocumentType.CONCLUSION: "KL",
    DocumentType.REPORT: "BC",
    DocumentType.NOTICE: "TB",
    DocumentType.SUBMISSION: "TTr",
    DocumentType.INFORMATION: "TT",
    DocumentType.MINUTES: "BB",
    DocumentType.PROGRAMME: "CTr",
    DocumentType.PROJECT: "ĐA",
    DocumentType.COPY: "BS",
    DocumentType.INVITATION: "GM",
}

# A cell does not issue these (2-domain, Documents).
NOT_ISSUED_BY_CELLS = frozenset(
    {DocumentType.RULES_OF_PROCEDURE, DocumentType.NOTICE, DocumentType.CONCLUSION}
)
