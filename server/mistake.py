"""Mistake: something that only the user can put right, as one plain sentence; a command ends with exit code 2."""


class Mistake(Exception):
    """The sentence says what is wrong and, where there is one, the way out."""
