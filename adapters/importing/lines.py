"""The text of a file, line by line or element by element, whatever it holds."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from adapters.orders import MAX_COMMAND_BYTES
from domain.decider import Refusal
from domain.identifiers import UUID_PATTERN

MAX_LINE = MAX_COMMAND_BYTES
CHUNK = 65_536

Text = tuple[int, str | Refusal]
"""The number of the line on which something begins, and its text, or what it is not."""

_STRUCTURE = re.compile(rb'["\\{}\[\],\n]')
_RANDOM = re.compile(UUID_PATTERN.strip("^$") + "|[0-9a-f]{64}")
"""Ids and hashes, in which twelve digits may stand by chance."""
_TWELVE_DIGITS = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_BIRTH_DATE = re.compile(r"[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])")


def lines(file: BinaryIO) -> Iterator[Text]:
    """The lines of a file, without their ends; blank ones are counted only."""
    number = 0
    while raw := file.readline(MAX_LINE + 2):
        number += 1
        if len(raw) == MAX_LINE + 2 and not raw.endswith(b"\n"):
            while (more := file.readline(CHUNK)) and not more.endswith(b"\n"):
                continue
        text = raw.rstrip(b"\r\n").strip(b" ")
        bare = text.removeprefix(codecs.BOM_UTF8) if number == 1 else text
        if bare:
            yield number, text_of(bare)


def elements(file: BinaryIO) -> Iterator[Text]:
    """The elements of a JSON array, each by itself, however it is laid out."""
    number = 1
    while (byte := file.read(1)) not in (b"[", b""):
        number += byte == b"\n"
    begun, is_blank, element = number, True, bytearray()
    depth, in_string, skipped = 0, False, -1
    while chunk := file.read(CHUNK):
        start = seen = 0
        for found in _STRUCTURE.finditer(chunk):
            sign, at = found[0], found.start()
            if sign == b"\n":
                number += 1
                is_blank = is_blank and not chunk[seen:at].strip()
                begun, seen = number if is_blank else begun, at + 1
            elif at == skipped:  # a backslash took it along
                continue
            elif in_string:
                skipped = at + 1 if sign == b"\\" else skipped
                in_string = sign != b'"'
            elif depth or sign not in b",]":
                in_string = sign == b'"'
                depth = max(0, depth + (sign in b"[{") - (sign in b"]}"))
            else:
                yield from element_in(begun, element + chunk[start:at], sign)
                if sign == b"]":
                    yield from nothing_in(number, chunk[at + 1 :], file)
                    return
                begun, is_blank, element = number, True, bytearray()
                start = seen = at + 1
        is_blank = is_blank and not chunk[seen:].strip()
        skipped -= len(chunk)
        if len(element) <= MAX_LINE:
            element += chunk[start:]
    yield begun, unended()


def element_in(number: int, raw: bytearray, sign: bytes) -> Iterator[Text]:
    """What stands before a comma, or before the end, where nothing need stand."""
    if raw.strip() or sign == b",":
        yield number, text_of(bytes(raw.strip()))


def nothing_in(number: int, rest: bytes, file: BinaryIO) -> Iterator[Text]:
    """Whatever follows the end of the array does not belong there."""
    while rest:
        if rest.strip():
            yield number, unended()
            return
        rest = file.read(CHUNK)


def text_of(raw: bytes) -> str | Refusal:
    """The text, unless it is none, or may hold the number of a person."""
    if len(raw) > MAX_LINE:
        return Refusal("IMPORT-LINE", reason=f"it is longer than {MAX_LINE} bytes")
    if b"\0" in raw:
        return Refusal("IMPORT-LINE", reason="it holds the character U+0000")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return Refusal("IMPORT-LINE", reason="it is not UTF-8")
    if holds_iin(text):
        return Refusal("IMPORT-IIN")
    return text


def holds_iin(text: str) -> bool:
    """Tell whether a text holds twelve digits that begin with a date of birth.

    The fifth digit of a BIN is 4 or more, so that it never does.
    """
    bare = _RANDOM.sub("", text)
    return any(_BIRTH_DATE.match(found) for found in _TWELVE_DIGITS.findall(bare))


def unended() -> Refusal:
    return Refusal("IMPORT-LINE", reason="the JSON array does not end well")
