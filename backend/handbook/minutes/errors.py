from handbook.documents.enums import SecrecyLevel
from handbook.kernel.problems import FieldError, Forbidden, Problem


class MinutesSigned(Problem):
    """The minutes are signed and stand as they are; what is to be corrected goes into an addendum."""

    status, code = 409, "minutes_signed"


class NotReadBack(Problem):
    """Minutes are read back before the meeting before anybody signs them."""

    status, code = 409, "minutes_not_read_back"


class DifferencesOpen(Problem):
    """Two devices wrote something differently, and nobody has chosen yet what stands in the minutes."""

    status, code = 409, "differences_open"

    def __init__(self, count: int) -> None:
        super().__init__(errors=[FieldError("/proceedings", "differences_open", {"count": count})])


class AlreadySigned(Problem):
    """This person has signed here already."""

    status, code = 409, "already_signed"


class AddendumStands(Problem):
    """Only the newest addendum is taken back, and only while nobody has signed it: afterwards another one corrects it."""

    status, code = 409, "addendum_stands"


class MinutesAltered(Problem):
    """What is stored is not what was signed: its digest differs. Nothing is printed from it."""

    status, code = 409, "minutes_altered"


class SignerMissing(Problem):
    """Nobody is named as chair or as minute-taker yet; `errors` says which."""

    status, code = 409, "signer_missing"

    def __init__(self, role: str) -> None:
        super().__init__(errors=[FieldError(f"/{role}_id", "required")])


class NotTheSigner(Forbidden):
    """Somebody else is named in the minutes for this signature."""

    code = "not_the_signer"


class ClassifiedMinutes(Problem):
    """The law forbids state secrets on a networked system: nothing of the text is stored."""

    status, code = 422, "classified_document"

    def __init__(self, level: SecrecyLevel) -> None:
        super().__init__(errors=[FieldError("/sections", "classified_document", {"level": level.code})])
