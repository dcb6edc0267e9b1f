"""Steps and motion from what people already wear. Knows bytes and bleak."""
