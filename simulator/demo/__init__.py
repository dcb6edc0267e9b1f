"""The demo: a whole Home Assistant with a virtual treadmill beside it, in one process."""
