"""`make bench`: prints one table and writes bench.json."""

import argparse
import gc
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
from rich.console import Console

from adapters.tables import show_table
from adapters.telemetry import configure_logging
from tests.benchmarks import (
    commands_pg,
    commands_sqlite,
    growth,
    projection,
    relay,
    staff,
    visible,
)
from tests.benchmarks.row import Row
from tests.benchmarks.wanted import verdict

RESULTS = Path("bench.json")


class Benchmark(NamedTuple):
    """Measures its rows in one go; any of their names asks for it."""

    rows: tuple[str, ...]
    measure: Callable[[], list[Row]]


BENCHMARKS = (
    Benchmark(("commands_sqlite",), commands_sqlite.measure),
    Benchmark(("commands_pg",), commands_pg.measure),
    Benchmark(("projection", "rebuild", "rebuild_sqlite"), projection.measure),
    Benchmark(("relay",), relay.measure),
    Benchmark(("visible",), visible.measure),
    Benchmark(("growth",), growth.measure),
    Benchmark(("growth_full",), growth.measure_full),
    Benchmark(("staff",), staff.measure),
)
NAMES = tuple(name for benchmark in BENCHMARKS for name in benchmark.rows)
LEFT_OUT = ("growth_full",)
"""What runs only when it is asked for by name."""


def asked(names: list[str]) -> list[Benchmark]:
    wanted = set(names) or set(NAMES) - set(LEFT_OUT)
    return [each for each in BENCHMARKS if wanted & set(each.rows)]


def measured(benchmarks: list[Benchmark]) -> list[Row]:
    """Run one after another; what was measured is written at once."""
    progress = Console(stderr=True)
    rows: list[Row] = []
    for number, benchmark in enumerate(benchmarks, start=1):
        what = f"{number}/{len(benchmarks)} {', '.join(benchmark.rows)}"
        with progress.status(what):
            rows += benchmark.measure()
        gc.collect()
        RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(rows)))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Print a table of benchmarks and write bench.json.",
        epilog=f"Only when named: {', '.join(LEFT_OUT)} (a million events; minutes).",
    )
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"any of {', '.join(NAMES)}"
    )
    names = parser.parse_args().names
    if unknown := set(names) - set(NAMES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    configure_logging("error", quiet=True)
    rows = measured(asked(names))
    show(Console(), rows)


def show(console: Console, rows: list[Row]) -> None:
    """The figures as a table, and below it what they mean."""
    figures = [
        (row.name, row.value, row.unit, row.baseline, row.ratio, verdict(row))
        for row in rows
    ]
    columns = ("name", "value", "unit", "baseline", "ratio", "as wanted")
    show_table(console, "Benchmarks", columns, figures)
    for row in rows:
        console.print(f"{row.name}: {row.how}", markup=False, highlight=False)


if __name__ == "__main__":
    main()
