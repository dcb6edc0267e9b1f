"""The demo, and what its check makes of a walk."""
