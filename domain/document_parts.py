"""What a document is made of: its texts, author, basis, votes, signatures."""

import hashlib
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from domain.identifiers import CapacityId, Code, ContentRef, PersonId, Sha256, UnitId

POSITIVE = "POSITIVE"
NEGATIVE = "NEGATIVE"
CONCLUSIONS = (POSITIVE, NEGATIVE, "RETURN")
EM_UNIT = "EM_UNIT"
UNVERIFIED = "UNVERIFIED"
UNIT_AUTHOR = "UNIT"
TEACHER_AUTHOR = "TEACHER"
UNIT_REGULATION = "UNIT_REGULATION"
"""The kind of document whose approval is that of its unit's regulation (rule 11)."""


class Variant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The text in one language: media type and SHA-256 of the file, in hex."""

    language: Annotated[str, Meta(pattern=r"^(kk|ru|en)$")]
    media_type: Annotated[str, Meta(pattern=r"^[a-z]+/[a-z0-9.+-]{1,100}$")]
    sha256: Sha256


Variants = Annotated[tuple[Variant, ...], Meta(min_length=1, max_length=10)]


class Author(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who prepared the document: a unit (rules 18, 19) or a teacher (20, 21)."""

    kind: str
    unit_id: UnitId | None = None
    person_id: PersonId | None = None


class Basis(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the document rests on, as a state standard or a typical plan."""

    kind: Code
    reference: Annotated[str, Meta(min_length=1, max_length=200)]


class Votes(Struct, frozen=True):
    votes_for: int
    votes_against: int
    abstained: int


class Approver(Struct, frozen=True):
    """Who approved; `appointment_id` is the capacity id of the office.

    `acting`: in place of whoever holds the office, by a governing decision (A27).
    """

    person_id: PersonId
    role: str
    appointment_id: CapacityId
    acting: bool = False


class GivenSignature(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A signature over the content hash: its container, time stamp, OCSP answer."""

    format: Code
    cms_ref: ContentRef
    tsp_ref: ContentRef | None = None
    ocsp_ref: ContentRef | None = None


class Signature(Struct, frozen=True, kw_only=True):
    """A signature as it was kept; UNVERIFIED until the node itself verified it."""

    format: str
    cms_ref: ContentRef
    tsp_ref: ContentRef | None
    ocsp_ref: ContentRef | None
    status: str


def content_hash(variants: Sequence[Variant]) -> Sha256:
    """SHA-256 over the canonical list of (language, media type, SHA-256 of the file).

    The list is sorted and written as JSON without spaces, in UTF-8.
    """
    rows = sorted([v.language, v.media_type, v.sha256] for v in variants)
    return Sha256(hashlib.sha256(msgspec.json.encode(rows)).hexdigest())
