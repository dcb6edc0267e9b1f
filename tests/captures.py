"""The captured packets of real devices: see fixtures/README.md."""

from collections.abc import Iterator
import json
from pathlib import Path
import random
from typing import Any

CAPTURES = Path(__file__).parent / "fixtures/captures.jsonl"


def captures(characteristic: str = "") -> list[dict[str, Any]]:
    """Return the captures of one characteristic, or all, in order."""
    rows = [json.loads(line) for line in CAPTURES.read_text().splitlines()]
    return [row for row in rows if characteristic in {"", row["characteristic"]}]


def packets(characteristic: str) -> list[bytes]:
    """Return the different packets of one characteristic."""
    return sorted({bytes.fromhex(row["hex"]) for row in captures(characteristic)})


def mutants(seeds: list[bytes], count: int) -> Iterator[bytes]:
    """Yield `count` packets: `seeds` with bytes changed, cut off or put in, and noise."""
    chance = random.Random(2026)
    for _ in range(count):
        packet = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(packet) + 1)
            match chance.randrange(5):
                case 0 if at < len(packet):
                    packet[at] ^= 1 << chance.randrange(8)
                case 1 if at < len(packet):
                    packet[at] = chance.choice((0x00, 0x7F, 0x80, 0xFF))
                case 2:
                    del packet[at:]
                case 3:
                    packet[at:at] = chance.randbytes(chance.randint(1, 4))
                case 4:
                    packet = bytearray(chance.randbytes(chance.randint(0, 24)))
        yield bytes(packet)
