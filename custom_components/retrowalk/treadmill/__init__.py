"""The belt: FTMS codec, client, verified stop, machine profiles. Knows bytes and bleak."""
