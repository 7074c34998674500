"""One table: for every code that a command may be refused under, how to provoke it."""

from domain.regulation.pack import rule_pack
from tests.domain.provoking import Provocation
from tests.domain.provoking_actors import OF_ACTORS
from tests.domain.provoking_associations import OF_ASSOCIATIONS
from tests.domain.provoking_bodies import OF_BODIES
from tests.domain.provoking_documents import ENDINGS, OF_DOCUMENTS
from tests.domain.provoking_history import OF_HISTORY
from tests.domain.provoking_meetings import OF_MEETINGS
from tests.domain.provoking_organisations import OF_ORGANISATIONS

PACK = rule_pack()
PROVOCATIONS: dict[str, Provocation] = {
    **OF_ORGANISATIONS,
    **OF_BODIES,
    **OF_ASSOCIATIONS,
    **OF_MEETINGS,
    **OF_DOCUMENTS,
    **OF_ACTORS,
    **OF_HISTORY,
}
"""The codes that stand in the domain's text word for word."""


def provocation_of(code: str) -> Provocation | None:
    """How to provoke a code, None where the table does not say."""
    if code in PROVOCATIONS:
        return PROVOCATIONS[code]
    rule, _, ending = code.partition("-")
    for row in PACK.routes:
        of_its_house = row.level == "HE" and row.profile == PACK.default_profile
        if of_its_house and f"R{row.rule}" == rule and ending in ENDINGS:
            provoke = ENDINGS[ending]
            return lambda: provoke(row)
    return None
