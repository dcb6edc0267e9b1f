"""What should not have been logged."""

import logging
from typing import override


class Ear(logging.Handler):
    """Hears what should not have been logged."""

    def __init__(self, problems: list[str]) -> None:
        """Write what is heard down in `problems`."""
        super().__init__(logging.WARNING)
        self._problems = problems
        self.setFormatter(logging.Formatter("logged by %(name)s: %(message)s"))
        for name in ("custom_components", "homeassistant"):
            logging.getLogger(name).addHandler(self)

    @override
    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        own = record.name.startswith("custom_components")
        if own or (record.levelno >= logging.ERROR and "retrowalk" in text):
            self._problems.append(text)
