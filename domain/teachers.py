"""Rule 16: at which levels, of whom, how many and by which quorum a body is made up."""

from collections.abc import Collection, Iterable, Sequence

from domain.decider import Event, Refusal
from domain.identifiers import Bin, PersonId
from domain.regulation.pack import QuorumRule
from domain.review_body_events import BodyFellBelowMinimum, BodyReachedMinimum
from domain.surroundings import Member, OrganisationFacts, Surroundings


def require_levels(
    kind: str, levels: Sequence[str], owner: OrganisationFacts, facts: Surroundings
) -> None:
    """Levels that the organisation runs, and that have bodies of the kind."""
    allowed = facts.pack.review_bodies[kind].levels
    if not levels or not set(levels) <= set(owner.levels):
        raise Refusal("R2-LEVEL", levels=levels, allowed=owner.levels)
    if not set(levels) <= set(allowed):
        raise Refusal("R16-LEVEL", levels=levels, allowed=allowed)


def sound_quorum(given: QuorumRule | None, facts: Surroundings) -> QuorumRule:
    """The body's own rule, or the default; one that could ever be met (A28)."""
    quorum = given or facts.pack.default_quorum
    if not quorum.can_be_met:
        raise Refusal("BODY-QUORUM", quorum=quorum.quorum, majority=quorum.majority)
    return quorum


def is_teacher(
    organisation: Bin, person: PersonId, codes: Collection[str], facts: Surroundings
) -> bool:
    """A teacher or master in office, of one of the disciplines if any are named."""
    return any(
        post.post in facts.pack.counted_posts
        and (not codes or not set(codes).isdisjoint(post.disciplines))
        for post in facts.posts(organisation, person)
    )


def require_teachers(
    organisation: Bin,
    persons: Iterable[PersonId],
    codes: Collection[str],
    facts: Surroundings,
) -> None:
    strangers = [
        person
        for person in persons
        if not is_teacher(organisation, person, codes, facts)
    ]
    if strangers:
        raise Refusal("BODY-NOT-STAFF", persons=strangers)


def crossing(
    kind: str, before: Sequence[Member], after: Sequence[Member], facts: Surroundings
) -> list[Event]:
    """What is to be said of the minimum when these members become those."""
    rule = facts.pack.review_bodies[kind]
    was_met, is_met = rule.is_met_by(before), rule.is_met_by(after)
    if was_met == is_met:
        return []
    said = BodyReachedMinimum if is_met else BodyFellBelowMinimum
    return [
        said(
            members=len(after),
            minimum=rule.minimum,
            organisations=len({member.organisation for member in after}),
        )
    ]
