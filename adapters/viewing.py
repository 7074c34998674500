"""Who looks, and how they stand to a document: the audience that decides the rest."""

from collections.abc import Collection
from enum import IntEnum

from msgspec import Struct

from domain.identifiers import NODE
from domain.node import AUDITOR, REGISTRAR
from domain.regulation.supervision import Area


class Audience(IntEnum):
    """How somebody stands to a document; each sees what those before it see.

    PUBLIC: any institution. REVIEWER: a body of theirs was asked for its conclusion.
    SUPERVISOR: the cabinet or department of rules 5 and 22. OWN: its organisation.
    """

    PUBLIC = 0
    REVIEWER = 1
    SUPERVISOR = 2
    OWN = 3


class Viewer(Struct, frozen=True):
    """For whom a question is answered: one of an organisation, or of the node.

    `areas` is what the organisation supervises. `is_auditor` and `is_registrar` are
    roles of the node, by grants in force: an auditor reads all, a registrar what is
    public, and what the operation of the node needs.
    """

    organisation: str
    areas: tuple[Area, ...] = ()
    is_auditor: bool = False
    is_registrar: bool = False

    @property
    def is_operator(self) -> bool:
        return self.is_auditor or self.is_registrar

    def owns(self, organisation: str) -> bool:
        """Whether all that an organisation has is open to them."""
        return self.is_auditor or self.organisation == organisation

    def supervises(self, kato: str | None, level: str) -> bool:
        return kato is not None and any(area.covers(kato, level) for area in self.areas)


def operator(roles: Collection[str]) -> Viewer:
    """A viewer of the node, by the roles that they hold today."""
    return Viewer(NODE, is_auditor=AUDITOR in roles, is_registrar=REGISTRAR in roles)
