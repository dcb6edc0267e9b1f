"""Print how many tests passed, failed and were skipped.

Usage: python script/count_tests.py STATUS FOLDER   (of the JUnit files, and how it all ended)
"""

from collections import Counter
from pathlib import Path
import sys
from xml.etree import ElementTree as ET


def outcome(case: ET.Element) -> str:
    """Return how one test ended."""
    tags = {child.tag for child in case}
    if tags & {"failure", "error"}:
        return "failed"
    return "skipped" if "skipped" in tags else "passed"


def main(status: int, folder: Path) -> None:
    """Count over all files; where something failed that is no test, that is one failure."""
    trees = [ET.parse(path) for path in folder.glob("*.xml")]  # noqa: S314  our own files
    counts = Counter(outcome(case) for tree in trees for case in tree.iter("testcase"))
    if status and not counts["failed"]:
        counts["failed"] = 1
    shown = ["passed", "failed"] + ["skipped"] * (counts["skipped"] > 0)
    print(", ".join(f"{counts[name]} {name}" for name in shown))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
