"""`python -m tests.contract`: add a golden line for every event that has none yet.

A line that stands is never touched: a released event is never edited.
"""

import tempfile
from pathlib import Path

from adapters.envelope import open_record
from domain.messages import EVENTS
from tests.contract.saga_log import saga_log

GOLDEN = Path(__file__).with_name("events.jsonl")


def golden_lines() -> list[bytes]:
    return GOLDEN.read_bytes().splitlines() if GOLDEN.exists() else []


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        log = saga_log(Path(folder))
    missing = set(EVENTS) - {open_record(line).tag for line in golden_lines()}
    with GOLDEN.open("ab") as golden:
        for record in log:
            tag = open_record(record).tag
            if tag in missing:
                missing.remove(tag)
                golden.write(record + b"\n")
                print(tag)


if __name__ == "__main__":
    main()
