"""Where a fact comes from that is older than this register: an act, and two people."""

from datetime import date

from msgspec import Struct

from domain.identifiers import Number, PersonId, Sha256, Stream


class OldAct(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An act on paper, from before the organisation was registered here."""

    number: Number
    date: date
    file_hash: Sha256


class Provenance(Struct, frozen=True, kw_only=True):
    """What was carried over: by which act, who proposed it, who confirmed it."""

    act: OldAct
    proposal: Stream
    proposed_by: PersonId
    confirmed_by: PersonId
