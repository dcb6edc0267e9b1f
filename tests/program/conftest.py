"""What the tests of the program room share."""

import pytest

from .fake_belt import Scene


@pytest.fixture
def scene() -> Scene:
    """Stand at a treadmill at which everything is in order."""
    return Scene()
