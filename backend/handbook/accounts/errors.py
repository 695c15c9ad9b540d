from handbook.kernel.problems import Problem


class InvalidCredentials(Problem):
    """The same answer whether the login exists or not."""

    status, code = 401, "invalid_credentials"


class InvalidActivationCode(Problem):
    """Unknown, already used, or replaced by a newer one."""

    status, code = 422, "invalid_activation_code"


class ActivationExpired(Problem):
    status, code = 422, "activation_expired"


class WeakPassword(Problem):
    """``detail`` stays empty; ``errors`` says which rule: too_short, too_long, too_common, contains_login."""

    status, code = 422, "weak_password"


class NobodyToActivate(Problem):
    """Everybody at and below the organisation can sign in already, or is not the actor's to activate."""

    status, code = 409, "nobody_to_activate"
