"""A chair elected before the commission was entered, as the commission gets it."""

from domain.carry_over_events import OldChair
from domain.decider import On, Refusal
from domain.provenance import Provenance
from domain.review_body_events import ChairCarriedOver
from domain.surroundings import Member, OrganisationFacts, Surroundings


def carried(
    old: OldChair,
    provenance: Provenance,
    organisation: OrganisationFacts,
    facts: Surroundings,
) -> list[On]:
    """Rule 17 holds but for the election record, which the old act stands for."""
    body = facts.body(old.body)
    rule = facts.pack.review_bodies.get(body.kind) if body else None
    if body is None or rule is None or body.owner != organisation.bin:
        raise Refusal("BODY-UNKNOWN", body=old.body)
    if not body.exists:
        raise Refusal("BODY-STATE", state="DISSOLVED")
    if facts.act.at < body.last_act:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=body.last_act)
    if rule.led_by != "CHAIR":
        raise Refusal("R17-DEPARTMENT-HEAD", kind=body.kind)
    if body.is_led:
        raise Refusal("BODY-STATE", state="LED")
    # Members in office are teachers or masters; of a joint commission, the host's own.
    own = Member(old.person_id, organisation.bin)
    if own not in facts.members(old.body, facts.act.on):
        raise Refusal("R17-CHAIR", person_id=old.person_id, is_member=False)
    event = ChairCarriedOver(
        person_id=old.person_id,
        experience_years=old.experience_years,
        valid_from=facts.act.on,
        carried_over=provenance,
    )
    return [On(old.body, event)]
