"""The texts and records of a file, whatever it holds."""

import io
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.demo.institutions import synthetic_bin
from adapters.importing.lines import MAX_LINE, elements, holds_iin, lines
from adapters.importing.records import UnusableFile, records_of
from domain.decider import Refusal
from domain.identifiers import check_digit
from tests.adapters.importing import opened

BIN = synthetic_bin(1)
HEADER = b"bin,name_ru,kind,kato,levels\n"


def said(found: Any) -> Any:  # a text, or why there is none
    number, text = found
    if isinstance(text, Refusal):
        return number, str(text.context.get("reason", text.code))
    return number, text


def lines_of(content: bytes) -> list[Any]:
    return [said(one) for one in lines(io.BytesIO(content))]


def elements_of(content: bytes) -> list[Any]:
    return [said(one) for one in elements(io.BytesIO(content))]


def records(content: bytes, kind: str | None = None) -> tuple[str, list[Any]]:
    found, entries = records_of(opened(content), kind)
    return found, [said(one) for one in entries]


def test_lines_are_numbered_as_an_editor_numbers_them() -> None:
    content = b"\xef\xbb\xbfone\r\n\r\n  two \n\nthree"
    assert lines_of(content) == [(1, "one"), (3, "two"), (5, "three")]
    assert lines_of(b"") == []


def test_a_line_that_cannot_be_read_costs_no_other() -> None:
    content = b"one\n\xff\xfe\nn\0ul\n" + b"x" * 10_000_000 + b"\nlast\n"
    assert lines_of(content) == [
        (1, "one"),
        (2, "it is not UTF-8"),
        (3, "it holds the character U+0000"),
        (4, f"it is longer than {MAX_LINE} bytes"),
        (5, "last"),
    ]
    assert lines_of(b"x" * MAX_LINE) == [(1, "x" * MAX_LINE)]
    assert lines_of(b"x" * (MAX_LINE + 1))[0][1].startswith("it is longer")


@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf")
@example(b"\r\n\r")
def test_every_line_with_something_on_it_is_told_of_once(content: bytes) -> None:
    numbers = [number for number, _ in lines(io.BytesIO(content))]
    wanted = [
        number
        for number, line in enumerate(content.split(b"\n"), start=1)
        if line.rstrip(b"\r")
        .strip(b" ")
        .removeprefix(b"\xef\xbb\xbf" if number == 1 else b"")
    ]
    assert numbers == wanted


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.lists(VALUES, max_size=6), st.sampled_from([None, 1]), st.booleans())
def test_an_array_gives_its_elements_however_it_is_laid_out(
    values: list[Any], indent: int | None, ascii_only: bool
) -> None:
    content = json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode()
    texts = [text for _, text in elements(io.BytesIO(b"\n " + content + b" \n"))]
    assert all(isinstance(text, str) for text in texts)
    assert [json.loads(str(text)) for text in texts] == values


def test_elements_are_numbered_by_the_line_on_which_they_begin() -> None:
    content = b'\n[\n {"a":\n 1},\n\n {"b": "],\\"["}\n]\n'
    assert elements_of(content) == [(3, '{"a":\n 1}'), (6, '{"b": "],\\"["}')]
    assert elements_of(b"[]") == []


@pytest.mark.parametrize(
    "content", [b'[{"a": 1}', b'[{"a": 1}] more', b"[", b'["a', b"[1]\n]"]
)
def test_an_array_that_does_not_end_well_is_told_of(content: bytes) -> None:
    assert elements_of(content)[-1][1] == "the JSON array does not end well"


def test_an_element_without_end_or_measure_is_not_held() -> None:
    longest = b'[1, "' + b"x" * 10_000_000 + b'", 2]'
    assert [text for _, text in elements_of(longest)] == [
        "1",
        f"it is longer than {MAX_LINE} bytes",
        "2",
    ]
    assert len(elements_of(b"[" * 100_000)) == 1


IINS = st.builds(
    lambda year, month, day, rest: f"{year:02}{month:02}{day:02}{rest:05}",
    st.integers(0, 99),
    st.integers(1, 12),
    st.integers(1, 31),
    st.integers(0, 69_999),
)


@given(IINS)
def test_the_number_of_a_person_is_known_wherever_it_stands(eleven: str) -> None:
    digit = check_digit(eleven)
    iin = f"{eleven}{0 if digit is None else digit}"
    for text in (iin, f"IIN{iin}", f'"{iin}",x', f"ИИН {iin}.", f"№{iin}a"):
        assert holds_iin(text)


@given(st.integers(1, 90_000), st.uuids(), st.binary(min_size=32, max_size=32))
def test_no_bin_id_or_hash_is_taken_for_one(
    serial: int, person: Any, digest: bytes
) -> None:
    try:
        bin_number = synthetic_bin(serial)
    except ValueError:
        return
    text = f"{bin_number},{person},{digest.hex()},850101,+7 701 123 45 67"
    assert not holds_iin(text)
    assert not holds_iin("00000000-0000-4000-8000-850101300123")


def test_a_line_with_a_persons_number_is_refused_and_not_repeated() -> None:
    content = HEADER + f"{BIN},850101300123,SCHOOL,750000000,\n".encode()
    found, (entry,) = records(content)
    assert (found, entry) == ("organisations", (2, "IMPORT-IIN"))
    (refusal,) = [one for _, one in records_of(opened(content), None)[1]]
    assert isinstance(refusal, Refusal) and refusal.context == {}


ROW = {"bin": BIN, "name_ru": "Школа", "kind": "SCHOOL", "kato": "750000000"}
LEVELS = {**ROW, "levels": ["SECONDARY", "TVE"]}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_tables_come_as_programs_write_them(
    delimiter: str, end: str, mark: bytes
) -> None:
    cells = [
        ["BIN", "kato", "name_ru", "kind", "levels", "name_kk"],
        [BIN, "750000000", '"Школа"', "SCHOOL", "SECONDARY|TVE", ""],
        [BIN, "750000000", "Школа", "SCHOOL", '"SECONDARY TVE"', "-"],
    ]
    text = end.join(delimiter.join(line) for line in cells)
    found, entries = records(mark + text.encode())
    assert found == "organisations"
    assert entries == [(2, LEVELS), (3, {**LEVELS, "name_kk": "-"})]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(ROW) + "\n" + json.dumps(ROW),
        json.dumps([ROW, ROW]),
        json.dumps([ROW, ROW], indent=2),
        "\ufeff \n" + json.dumps([ROW, ROW], ensure_ascii=False),
    ],
)
def test_json_comes_by_lines_or_as_one_array(content: str) -> None:
    found, entries = records(content.encode())
    assert found == "organisations"
    assert [values for _, values in entries] == [ROW, ROW]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"bin": 1, "bin": 2}', "a name stands in it twice"),
        (b'{"bin": {"a": 1, "a": 2}}', "a name stands in it twice"),
        (b"[1]", "it is no JSON object"),
        (b"17", "it is no JSON object"),
        (b'{"bin": NaN}', "JSON is malformed: invalid character (byte 8)"),
        (b'{"bin": ', "Input data was truncated"),
        (b'{"a":' * 100_000, "maximum recursion depth exceeded"),
    ],
)
def test_a_line_that_is_no_object_says_why(line: bytes, reason: str) -> None:
    good = json.dumps(ROW).encode()
    _, entries = records(good + b"\n" + line + b"\n" + good, "organisations")
    assert [entries[0], entries[2]] == [(1, ROW), (3, ROW)]
    assert entries[1][0] == 2 and entries[1][1].startswith(reason)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'"open,a,b,c,d', "its quotes do not match"),
        (b'"a"b,a,b,c,d', "its quotes do not match"),
        (b"a,b", "it has 2 cells, the header 5"),
        (b"a,b,c,d,e,f", "it has 6 cells, the header 5"),
    ],
)
def test_a_row_that_does_not_fit_costs_no_other(line: bytes, reason: str) -> None:
    good = f"{BIN},Школа,SCHOOL,750000000,\n".encode()
    _, entries = records(HEADER + line + b"\n" + good)
    assert entries == [(2, reason), (3, ROW)]


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (b"", None, "it is empty"),
        (b"\n\r\n", None, "it is empty"),
        (b"\xff\xfeb\0i\0n\0", None, "line 1, the header"),
        (b"bin,ivanov\n", "organisations", "column 2 of the header is none of bin"),
        (b"bin,bin,name_ru,kind,kato\n", None, "twice"),
        (b"bin,name_ru\n", "organisations", "no kato, kind"),
        (b"name,surname\n", None, "do not tell what it holds"),
        (b"type,bin\n", None, "JSON lines"),
        (b"bin\n", "commands", "JSON lines"),
        (b'{"bin": 1}\n', None, "do not tell what it holds"),
        (b"{\n{\n", None, "nothing in it can be read.*line 1: Input data"),
        (b"[]", None, "nothing in it can be read.*empty"),
        (b'{"bin": "850101300123"}', None, "line 1: it holds what looks like an IIN"),
        (b"850101300123,a\n", None, "looks like an IIN"),
    ],
)
def test_a_file_that_cannot_be_imported_says_why_and_repeats_no_name(
    content: bytes, kind: str | None, message: str
) -> None:
    with pytest.raises(UnusableFile, match=message) as caught:
        records(content, kind)
    assert "ivanov" not in str(caught.value)
