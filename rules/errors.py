"""What a person can get wrong in a case or a programme; each error is one plain sentence with its place."""


class RulesError(Exception):
    """The parent of all errors of this package."""


class BadCase(RulesError):
    """A case that cannot be read: wrong syntax, a wrong type, an impossible value, two sessions with one id."""


class ProgrammeInvalid(RulesError):
    """A programme, stage or profile by which nothing can be judged; `decide` says so and never throws it."""


class OverrideRefused(RulesError):
    """An override that may not be: over a red flag, without a reason or a name, or for too long."""
