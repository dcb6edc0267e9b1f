"""What a session says no with: a translation key, and what goes into the sentence."""


class Refused(Exception):
    """A wish that cannot be granted; speeds in the placeholders are km/h."""

    def __init__(self, key: str, **placeholders: str) -> None:
        """Give the translation key and its placeholders."""
        super().__init__(key, placeholders)
        self.key = key
        self.placeholders = placeholders


class ProgramRefused(Refused):
    """A program that cannot be walked: by these caps, on this machine, or at all."""


class RequestRefused(Refused):
    """A request that makes no sense now, or not from there."""
