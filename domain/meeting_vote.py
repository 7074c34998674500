"""The votes of a meeting: who is there, who is entitled, what is carried."""

from domain.decider import Event, On, Refusal
from domain.identifiers import PersonId
from domain.meeting_commands import CloseVote, OpenVote, Recuse
from domain.meeting_events import MemberArrived, MemberRecused, VoteClosed, VoteOpened
from domain.meeting_state import Meeting, item_of
from domain.surroundings import BodyFacts, Surroundings


def arrive(person: PersonId, state: Meeting, body: BodyFacts) -> list[Event | On]:
    is_member = person in body.members
    if person in (*state.present, *state.invited_present) or not (
        is_member or person in body.invited
    ):
        raise Refusal("MEETING-PRESENCE", person_id=person, is_member=is_member)
    return [MemberArrived(person_id=person, invited=not is_member)]


def recuse(
    command: Recuse, state: Meeting, body: BodyFacts, facts: Surroundings
) -> list[Event | On]:
    item = item_of(state, command.item)
    if item.vote is not None or item.postponed:
        raise Refusal("MEETING-ITEM", item=command.item, reason="vote is open or over")
    if command.person_id not in body.members or command.person_id in item.recused:
        raise Refusal("MEETING-RECUSAL", person_id=command.person_id)
    documents = [facts.document(document) for document in item.documents]
    is_author = command.person_id in [one.author_person for one in documents if one]
    return [
        MemberRecused(
            item=command.item, person_id=command.person_id, is_author=is_author
        )
    ]


def open_vote(command: OpenVote, state: Meeting, body: BodyFacts) -> list[Event | On]:
    """Presence at this instant against the members in office; the list freezes."""
    item = item_of(state, command.item)
    if item.vote is not None or item.postponed:
        raise Refusal("MEETING-ITEM", item=command.item, reason="vote is open or over")
    rule = state.quorum
    # Whoever is a member twice, for two organisations, is one person with one vote.
    members = set(body.members)
    there = [person for person in dict.fromkeys(state.present) if person in members]
    entitled = tuple(person for person in there if person not in item.recused)
    present = len(there) if rule.recused_count_as_present else len(entitled)
    base = len(members)
    numerator, denominator = rule.quorum
    if present * denominator <= base * numerator or not entitled:
        raise Refusal(
            "MEETING-QUORUM",
            present=present,
            base=base,
            more_than=f"{numerator}/{denominator}",
            regulation=rule.regulation,
        )
    return [
        VoteOpened(
            item=command.item,
            round=item.rounds + 1,
            entitled=entitled,
            present=present,
            base=base,
            quorum=rule.quorum,
            regulation=rule.regulation,
            secret=command.secret,
        )
    ]


def close_vote(command: CloseVote, state: Meeting) -> list[Event | On]:
    """A tally never exceeds the entitled; the majority is of the entitled present."""
    item = item_of(state, command.item)
    vote = item.vote
    if vote is None or not vote.is_open:
        raise Refusal("MEETING-NO-VOTE", item=command.item)
    tally = (command.votes_for, command.votes_against, command.abstained)
    voters = set(command.voters)
    if (
        min(tally) < 0
        or sum(tally) > len(vote.entitled)
        or not voters <= set(vote.entitled)
        or (command.voters and len(command.voters) != sum(tally))
        or len(voters) < len(command.voters)
    ):
        raise Refusal("MEETING-TALLY", tally=tally, entitled=len(vote.entitled))
    numerator, denominator = state.quorum.majority
    return [
        VoteClosed(
            item=command.item,
            round=vote.round,
            votes_for=command.votes_for,
            votes_against=command.votes_against,
            abstained=command.abstained,
            voters=command.voters,
            carried=command.votes_for * denominator > len(vote.entitled) * numerator,
            majority=state.quorum.majority,
        )
    ]
