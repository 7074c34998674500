"""How the process speaks of itself: one constant event name a line, on stderr."""

import contextlib
import logging
import sys
from typing import TextIO

import structlog


class _Lossy:
    """A file for lines: one that cannot be written is lost, and nothing else.

    On a full disk the log fails together with the store; whoever tells of that must
    not be ended by it.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._file.flush()


def configure_logging(level: str, *, quiet: bool = False) -> None:
    """Write lines for people on a terminal, JSON elsewhere.

    `quiet` keeps warnings and worse only: a command that prints a table says
    nothing else.
    """
    threshold = logging.WARNING if quiet else logging.getLevelName(level.upper())
    if not isinstance(threshold, int):
        raise ValueError(f"unknown log level {level!r}")
    on_terminal = sys.stderr.isatty()
    renderer: structlog.typing.Processor = (
        # Not as it does by itself, with the values of every variable: tokens, too.
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if on_terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if on_terminal else [structlog.processors.format_exc_info]),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(
            _Lossy(sys.stderr)  # type: ignore[arg-type]  # all that it uses of a file
        ),
        cache_logger_on_first_use=False,
    )
    foreign = logging.StreamHandler(sys.stderr)
    foreign.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _as_event,
                *([] if on_terminal else [structlog.processors.format_exc_info]),
                renderer,
            ],
        )
    )
    logging.basicConfig(level=logging.ERROR, handlers=[foreign], force=True)


def _as_event(
    _logger: object, _method: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """What a library says in words of its own, under a name that never varies."""
    return {**line, "event": "library_error", "message": line["event"]}
