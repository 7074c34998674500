"""A chair elected before the commission was entered, as the commission gets it."""

from domain.carry_over_events import OldChair
from domain.decider import On, Refusal
from domain.identifiers import Bin, PersonId
from domain.provenance import Provenance
from domain.review_body_events import ChairCarriedOver
from domain.surroundings import BodyFacts, OrganisationFacts, Surroundings


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
    is_member = old.person_id in body.members
    is_teacher = teaches(old.person_id, body, facts)
    if not is_member or not is_teacher:
        raise Refusal(
            "R17-CHAIR",
            person_id=old.person_id,
            is_member=is_member,
            is_teacher=is_teacher,
        )
    event = ChairCarriedOver(
        person_id=old.person_id,
        experience_years=old.experience_years,
        valid_from=facts.act.on,
        carried_over=provenance,
    )
    return [On(old.body, event)]


def teaches(person: PersonId, body: BodyFacts, facts: Surroundings) -> bool:
    """A teacher or master of an organisation that the body serves."""
    owners: tuple[Bin, ...] = body.participants or (body.owner,)
    return any(
        post.post in facts.pack.counted_posts
        for owner in owners
        for post in facts.posts(owner, person)
    )
