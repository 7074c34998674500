"""Whom the demo registers: real universities, synthetic BINs, invented colleges."""

import csv
from importlib.resources import files

from msgspec import Struct

from domain.identifiers import check_digit

SYNTHETIC_TYPE_DIGIT = "9"
COLLEGES = (
    ("Алматы", "750000000"),
    ("Астана", "710000000"),
    ("Шымкент", "790000000"),
    ("Караганда", "350000000"),
    ("Атырау", "230000000"),
)


class Institution(Struct, frozen=True):
    """An institution of the demo. Its BIN is synthetic and can belong to nobody."""

    bin: str
    kind: str
    levels: tuple[str, ...]
    name_ru: str
    name_kk: str | None
    name_en: str | None
    kato: str


def synthetic_bin(serial: int) -> str:
    """A BIN with a right check digit and a type digit that no real BIN has."""
    for feature in range(10):
        eleven = f"2609{SYNTHETIC_TYPE_DIGIT}{feature}{serial:05d}"
        digit = check_digit(eleven)
        if digit is not None:
            return f"{eleven}{digit}"
    raise ValueError(f"no BIN for serial {serial}")


def universities() -> list[Institution]:
    """Real names in their real regions (public facts), under synthetic BINs."""
    table = (files("adapters.demo") / "universities.csv").read_text("utf-8")
    return [
        Institution(
            bin=synthetic_bin(serial),
            kind="UNIVERSITY",
            levels=("HE",),
            name_ru=row["name_ru"],
            name_kk=None,
            name_en=row["name_en"] or None,
            kato=row["region_kato"],
        )
        for serial, row in enumerate(csv.DictReader(table.splitlines()), start=1)
    ]


def colleges() -> list[Institution]:
    """Colleges that do not exist, and say so in their names."""
    return [
        made_up(500 + number, "COLLEGE", ("TVE",), number, city, kato)
        for number, (city, kato) in enumerate(COLLEGES, start=1)
    ]


def higher_colleges() -> list[Institution]:
    """A made-up higher college, which teaches at two levels."""
    city, kato = COLLEGES[0]
    return [made_up(600, "HIGHER_COLLEGE", ("TVE", "PSE"), 1, city, kato)]


def schools() -> list[Institution]:
    """Made-up schools."""
    city, kato = COLLEGES[0]
    return [made_up(700, "SCHOOL", ("SECONDARY",), 1, city, kato)]


NOUNS = {
    "COLLEGE": ("Колледж", "колледж", "College"),
    "HIGHER_COLLEGE": ("Высший колледж", "жоғары колледж", "Higher college"),
    "SCHOOL": ("Школа", "мектеп", "School"),
}


def made_up(
    serial: int, kind: str, levels: tuple[str, ...], number: int, city: str, kato: str
) -> Institution:
    ru, kk, en = NOUNS[kind]
    return Institution(
        bin=synthetic_bin(serial),
        kind=kind,
        levels=levels,
        name_ru=f"{ru} № {number} (вымысел), {city}",
        name_kk=f"№ {number} {kk} (ойдан шығарылған), {city}",
        name_en=f"{en} No. {number} (made up)",
        kato=kato,
    )
