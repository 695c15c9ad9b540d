from handbook.kernel.problems import FieldError, Problem


class EndpointRefused(Problem):
    """The endpoint is not one of a known push service."""

    status, code = 422, "endpoint_not_allowed"

    def __init__(self, reason: str) -> None:
        super().__init__(errors=[FieldError("/endpoint", "not_allowed", {"reason": reason})])
