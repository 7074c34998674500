"""A joint commission concludes on documents of every organisation it serves."""

from domain.decider import Event
from domain.document_commands import RecordConclusion, ReplanRoute, SubmitDocument
from domain.document_events import ReviewRequested, RouteReplanned, StageOpened
from domain.identifiers import Stream
from domain.meeting_commands import OpenVote, PlaceItem
from domain.meeting_events import VoteOpened
from domain.messages import AGGREGATES, SCOPES, kind_of
from domain.organisation_commands import DeclareLevels
from domain.participation_commands import ArrangeParticipation, EndParticipation
from domain.review_body_commands import DissolveBody
from tests.domain.given import (
    AIDA,
    COLLEGE,
    DINA,
    DIVISION,
    JOINT_COMMISSION,
    MADI,
    NEIGHBOUR,
    NEIGHBOURS_PART,
    OLGA,
    WELDERS,
    WELDING,
    House,
    appoint,
    elect_chair,
    elected,
    form_commission,
    neighbours,
    seat_council,
    unite,
)
from tests.domain.reviewing import (
    SALTED,
    approve,
    citing,
    conclude,
    convene,
    decide_on,
    draft,
    pass_review,
    record,
    state_of,
    submit,
    text_of,
)

NEIGHBOURS_COUNCIL = Stream(f"council/{NEIGHBOUR}.org")


def host_and_neighbour() -> tuple[House, House]:
    """The joint commission of a college and a higher college that has a council."""
    host, house = neighbours()
    unite(host, house)
    seat_council(house, "org", (AIDA, MADI, DINA))
    return host, house


def requests_of(house: House, document: str) -> list[ReviewRequested]:
    stream = Stream(f"review-request/{document}.{COLLEGE}")
    events = house.world.events(stream)
    assert all(isinstance(event, ReviewRequested) for event in events)
    return [event for event in events if isinstance(event, ReviewRequested)]


def test_a_stage_of_a_joint_commission_asks_its_host_in_the_hosts_own_feed() -> None:
    _, house = host_and_neighbour()
    document = draft(house)
    submitted = submit(house, document)
    opened = next(event for event in submitted if isinstance(event, StageOpened))
    assert opened.bodies == (JOINT_COMMISSION,)
    (asked,) = requests_of(house, document)
    state = state_of(house, document)
    assert (asked.bin, asked.host, asked.body) == (NEIGHBOUR, COLLEGE, JOINT_COMMISSION)
    assert (asked.document_id, asked.content_hash) == (document, state.content_hash)
    assert (asked.kind, asked.level, asked.round) == ("WORKING_STUDY_PLAN", "TVE", 1)
    stream = Stream(f"review-request/{document}.{COLLEGE}")
    place = AGGREGATES[kind_of(stream)].place(house.world.state(stream))
    assert (place.owner, place.levels, place.rule) == (COLLEGE, ("TVE",), "19")
    assert SCOPES[ReviewRequested] == "own"


def test_a_document_of_the_host_asks_nobody_elsewhere() -> None:
    host, _ = host_and_neighbour()
    seat_council(host, "org", WELDERS)
    document = draft(host)
    submit(host, document)
    assert requests_of(host, document) == []
    route = state_of(host, document).route
    assert route is not None
    assert [body.owner for body in route.bodies()] == [COLLEGE, COLLEGE]


def test_the_joint_commission_concludes_and_the_neighbours_head_approves() -> None:
    _, house = host_and_neighbour()
    document = draft(house)
    submit(house, document)
    route = state_of(house, document).route
    assert route is not None
    told = [(body.body, body.kind, body.owner) for body in route.bodies()]
    assert told == [
        (JOINT_COMMISSION, "JOINT_COMMISSION", COLLEGE),
        (NEIGHBOURS_COUNCIL, "ORG_COUNCIL", NEIGHBOUR),
    ]
    pass_review(house, document)
    assert approve(house, document)


def test_a_commission_that_serves_others_only_is_in_no_route_of_this_one() -> None:
    _, house = host_and_neighbour()
    leave(house)
    document = draft(house)
    submit(house, document)
    asked = [body.body for body in state_of(house, document).missing_bodies()]
    assert asked == [NEIGHBOURS_COUNCIL]


def test_a_joint_commission_takes_up_only_what_asks_it() -> None:
    host, house = host_and_neighbour()
    document = draft(house)
    sitting = convene(host, JOINT_COMMISSION)
    documents = [text_of(house, document)]
    item = {"kind": "DOCUMENT", "motion": "POSITIVE", "documents": documents}
    refused = sitting.refuses("DOC-UNKNOWN", PlaceItem, **item)
    assert refused == {"document_id": document}
    submit(house, document)
    sitting.does(PlaceItem, **item)
    passed = decide_on(house, document, JOINT_COMMISSION)
    record(house, document, passed)
    late = convene(host, JOINT_COMMISSION)
    late.refuses("DOC-UNKNOWN", PlaceItem, **item)


def test_who_is_not_asked_learns_nothing_of_a_document_elsewhere() -> None:
    host, house = host_and_neighbour()
    council = seat_council(host, "org", WELDERS)
    elect_chair(host, "joint-welding", OLGA)
    document = draft(house)
    sitting = decide_on(house, document, NEIGHBOURS_COUNCIL)
    told = {**citing(house, document, sitting), "body": council}
    refuses = house.world.refuses
    for stranger in (host.officer(council), host.officer(JOINT_COMMISSION)):
        refused = refuses("DOC-UNKNOWN", stranger, RecordConclusion, **told)
        assert refused == {"document_id": document}
    submit(house, document)
    refuses("DOC-UNKNOWN", host.officer(council), RecordConclusion, **told)
    of_the_commission = {**told, "body": JOINT_COMMISSION}
    refuses("DOC-UNKNOWN", host.officer(council), RecordConclusion, **of_the_commission)
    chair = host.officer(JOINT_COMMISSION)
    refuses("MEETING-NOT-HELD", chair, RecordConclusion, **of_the_commission)


def test_every_round_asks_the_host_again() -> None:
    _, house = host_and_neighbour()
    document = draft(house)
    submit(house, document)
    conclude(house, document, JOINT_COMMISSION, "RETURN")
    submit(house, document)
    assert [asked.round for asked in requests_of(house, document)] == [1, 2]


def test_the_author_division_alone_makes_no_commission_of_another_cover() -> None:
    host, house = host_and_neighbour()
    assert host.author_unit == DIVISION
    document = draft(house, discipline_code="0999")
    submit(house, document)
    asked = [body.body for body in state_of(house, document).missing_bodies()]
    assert asked == [NEIGHBOURS_COUNCIL]


def test_who_is_a_member_for_two_organisations_is_counted_once() -> None:
    host, house = host_and_neighbour()
    appoint(house, OLGA, "TEACHER", WELDING)
    part = {**NEIGHBOURS_PART, "person_ids": [OLGA]}
    house.world.refuses("BODY-MEMBER-EXISTS", house.head, ArrangeParticipation, **part)
    document = draft(house)
    submit(house, document)
    sitting = convene(host, JOINT_COMMISSION)
    sitting.place(document)
    sitting.open()
    opened = sitting.does(OpenVote, item=1)[0]
    assert isinstance(opened, VoteOpened)
    assert opened.base == opened.present == len(opened.entitled) == 3


def test_a_level_given_up_after_the_draft_is_submitted_no_more() -> None:
    _, house = host_and_neighbour()
    document = draft(house)
    levels = {"bin": house.bin, "levels": ["PSE"]}
    house.world.give(house.registrar, DeclareLevels, **levels)
    refused = house.world.refuses(
        "R2-LEVEL", house.deputy, SubmitDocument, document_id=document
    )
    assert refused == {"levels": "TVE", "allowed": ("PSE",)}


def leave(house: House) -> None:
    house.world.give(house.head, EndParticipation, **NEIGHBOURS_PART, act_no="9")


def replan(house: House, document: str) -> list[Event]:
    one = {"document_id": document, "reasons_ref": SALTED}
    return house.world.give(house.deputy, ReplanRoute, **one)


def test_the_host_is_asked_where_its_commission_joins_a_route_planned_anew() -> None:
    host, house = neighbours()
    seat_council(house, "org", (AIDA, MADI, DINA))
    for welder in WELDERS:
        appoint(house, welder, "TEACHER", WELDING)
    own = form_commission(house, "own", WELDERS, unit_id="adm")
    elect_chair(house, "own", WELDERS[0])
    document = draft(house)
    submit(house, document)
    unite(host, house)
    one = {"bin": house.bin, "body_id": "own", "act_no": "8"}
    house.world.give(house.head, DissolveBody, **one)
    replan(house, document)
    assert own not in [body.body for body in state_of(house, document).missing_bodies()]
    (asked,) = requests_of(house, document)
    assert (asked.stage_no, asked.body) == (1, JOINT_COMMISSION)
    pass_review(house, document)
    assert approve(house, document)


def test_a_joint_commission_that_was_left_concludes_no_more() -> None:
    _, house = host_and_neighbour()
    document = draft(house)
    submit(house, document)
    leave(house)
    replanned = replan(house, document)[0]
    assert isinstance(replanned, RouteReplanned)
    assert [(one.body, one.reason) for one in replanned.dropped] == [
        (JOINT_COMMISSION, "GONE")
    ]


def test_a_joint_commission_concludes_nothing_for_who_left_it() -> None:
    host, house = host_and_neighbour()
    document = draft(house)
    submit(house, document)
    house.world.later(days=1)
    leave(house)
    election = elected(host, voters=1, votes_for=1)
    elect_chair(host, "joint-welding", OLGA, election=election)
    sitting = decide_on(host, document, JOINT_COMMISSION)
    house.world.refuses(
        "BODY-UNKNOWN",
        sitting.officer,
        RecordConclusion,
        **citing(house, document, sitting),
    )
