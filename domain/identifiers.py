"""Who and what is named: BIN, KATO, persons, and the ids that senders choose."""

from typing import Annotated, NewType

from msgspec import Meta, Struct

UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
RANDOM_UUID_PATTERN = (
    r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
)
TOKEN_PATTERN = r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$"

Bin = NewType("Bin", Annotated[str, Meta(pattern=r"^[0-9]{12}$|^node$")])
"""Business identification number of an organisation; `node` is the node itself."""

Kato = NewType("Kato", Annotated[str, Meta(pattern=r"^[0-9]{9}$")])
"""Code of the classifier of administrative territories, 9 digits."""

PersonId = NewType("PersonId", Annotated[str, Meta(pattern=RANDOM_UUID_PATTERN)])
"""A random 128-bit id (UUID version 4): never an IIN, never derived from one."""

CommandId = NewType(
    "CommandId", Annotated[str, Meta(pattern=UUID_PATTERN[:-1] + r"(/[0-9]{1,6})?$")]
)
"""Chosen by the sender; `<uuid>/<k>` is the k-th command of a batch."""

BatchId = NewType("BatchId", Annotated[str, Meta(pattern=UUID_PATTERN)])

DocumentId = NewType("DocumentId", Annotated[str, Meta(pattern=UUID_PATTERN)])
SeriesId = NewType("SeriesId", Annotated[str, Meta(pattern=UUID_PATTERN)])
MeetingId = NewType("MeetingId", Annotated[str, Meta(pattern=UUID_PATTERN)])
CouncilId = NewType("CouncilId", Annotated[str, Meta(pattern=UUID_PATTERN)])
CarryOverId = NewType("CarryOverId", Annotated[str, Meta(pattern=UUID_PATTERN)])
DecisionId = NewType("DecisionId", Annotated[str, Meta(pattern=UUID_PATTERN)])

UnitId = NewType("UnitId", Annotated[str, Meta(pattern=TOKEN_PATTERN)])
"""A token of the organisation's own, such as `u7` or `faculty-of-law`."""

BodyId = NewType("BodyId", Annotated[str, Meta(pattern=TOKEN_PATTERN)])
AssociationId = NewType("AssociationId", Annotated[str, Meta(pattern=TOKEN_PATTERN)])

Stream = NewType(
    "Stream", Annotated[str, Meta(pattern=r"^[a-z-]+/[A-Za-z0-9.-]+$", max_length=200)]
)
"""`<aggregate>/<id>`: the name of one aggregate's stream of events."""

CapacityId = NewType(
    "CapacityId",
    Annotated[
        str, Meta(pattern=r"^[a-z-]+/[A-Za-z0-9.-]+#[0-9]{1,9}$", max_length=210)
    ],
)
"""`<stream>#<n>`: the event that seated somebody, found by its own name."""

Sha256 = NewType("Sha256", Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")])

ContentRef = NewType(
    "ContentRef", Annotated[str, Meta(pattern=r"^(salted|sha256):[0-9a-f]{64}$")]
)
"""Where text or a file lies in the content store: a hash, salted for free text."""

NOT_BLANK = r"\S"

Title = Annotated[str, Meta(min_length=1, max_length=500, pattern=NOT_BLANK)]
"""A name or title: never of blanks only."""

Number = Annotated[str, Meta(min_length=1, max_length=60, pattern=NOT_BLANK)]
"""The number of an order, a minute or a decision, as the institution writes it."""

Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,40}$")]

CodeAsWritten = Annotated[str, Meta(pattern=r"^[A-Za-zАВСЕНКМОРТХ0-9._-]{1,40}$")]
"""A code in which Cyrillic capitals may stand for the Latin ones they look like."""

_LATIN = str.maketrans("АВСЕНКМОРТХ", "ABCEHKMOPTX")

NODE = Bin("node")

_FIRST_WEIGHTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND_WEIGHTS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_REAL_TYPE_DIGITS = "456"


def owner_in(stream: str) -> str:
    """The BIN that the name of an organisation's own stream begins with."""
    return stream.partition("/")[2].partition(".")[0]


class Names(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A name in Russian, and in Kazakh and English where it is known."""

    ru: Title
    kk: Title | None = None
    en: Title | None = None

    def in_language(self, language: str) -> str:
        """The name in `language`, in Russian where it is missing."""
        return {"kk": self.kk, "en": self.en}.get(language) or self.ru


def in_latin(code: str) -> str:
    """A code as it is stored: `6В06102` typed in Cyrillic becomes `6B06102`."""
    return code.translate(_LATIN)


def check_digit(eleven_digits: str) -> int | None:
    """Return the 12th digit of a BIN or IIN, or None where no such number exists.

    Weights 1..11, then 3..11, 1, 2 where the first remainder is 10 (modulo 11).
    """
    for weights in (_FIRST_WEIGHTS, _SECOND_WEIGHTS):
        pairs = zip(weights, eleven_digits, strict=True)
        remainder = sum(weight * int(digit) for weight, digit in pairs) % 11
        if remainder < 10:
            return remainder
    return None


def is_valid_bin(text: str) -> bool:
    """Tell whether `text` is a BIN by length, digits, type and check digit.

    A fifth digit of 0 to 3 would make it an IIN, which never enters the log.
    """
    if len(text) != 12 or not (text.isascii() and text.isdigit()):
        return False
    return text[4] not in "0123" and check_digit(text[:11]) == int(text[11])


def is_synthetic(bin_number: str) -> bool:
    """Tell whether a BIN carries a type digit that no real BIN has (7, 8 or 9)."""
    return bin_number.isdigit() and bin_number[4] not in _REAL_TYPE_DIGITS
