"""What pods, straps, phones and watches send: bytes to frozen records, nothing else.

Every decoder raises wire.DecodeError, and nothing else, where bytes break their format.
"""
