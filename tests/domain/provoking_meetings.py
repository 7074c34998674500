"""What meetings refuse, and how it is provoked."""

from domain.messages import COMMANDS
from tests.domain.given import (
    DAULET,
    SYMBAT,
    UNIVERSITY_COUNCIL,
    a_university,
)
from tests.domain.provoking import Attempt, Provocation, tried
from tests.domain.reviewing import (
    SALTED,
    Sitting,
    convene,
    draft,
    text_of,
)
from tests.domain.scenario import named, person


def sat(sitting: Sitting, tag: str, /, **fields: object) -> Attempt:
    return tried(
        sitting.house, sitting.officer, tag, meeting_id=sitting.meeting, **fields
    )


def called() -> Sitting:
    house = a_university()
    return convene(house, UNIVERSITY_COUNCIL)


def in_session(*present: str) -> Sitting:
    """A meeting of the council with one item, in the presence of all or of these."""
    sitting = called()
    sitting.place(draft(sitting.house))
    return sitting.open(*map(person, present))


def held() -> Sitting:
    sitting = in_session()
    sitting.vote(1, 5)
    sitting.close()
    return sitting


def placed(sitting: Sitting, **changed: object) -> Attempt:
    document = draft(sitting.house)
    fields: dict[str, object] = {
        "kind": "DOCUMENT",
        "documents": [text_of(sitting.house, document)],
        "motion": "POSITIVE",
    }
    return sat(sitting, "meeting.place-item", **{**fields, **changed})


def placed_twice() -> Attempt:
    sitting = called()
    document = draft(sitting.house)
    sitting.place(document)
    return placed(sitting, documents=[text_of(sitting.house, document)])


def vote_closed(sitting: Sitting, **tally: int) -> Attempt:
    count = {"votes_for": 0, "votes_against": 0, "abstained": 0, **tally}
    return sat(sitting, "meeting.close-vote", item=1, **count)


def a_tally_too_many() -> Attempt:
    sitting = in_session()
    sitting.does(COMMANDS["meeting.open-vote"], item=1)
    return vote_closed(sitting, votes_for=6)


def minuted(sitting: Sitting, **changed: object) -> Attempt:
    fields = {"minutes_ref": SALTED, "signed_by": [DAULET], **changed}
    return sat(sitting, "meeting.minute", **fields)


def planned_anew() -> Attempt:
    sitting = called()
    return sat(
        sitting,
        "meeting.plan",
        body=sitting.body,
        planned_for=sitting.house.world.now.date(),
    )


OF_MEETINGS: dict[str, Provocation] = {
    "MEETING-EXISTS": planned_anew,
    "MEETING-UNKNOWN": lambda: tried(
        house := a_university(),
        house.officer(UNIVERSITY_COUNCIL),
        "meeting.open",
        meeting_id=named("no meeting"),
    ),
    "MEETING-STATE": lambda: sat(held(), "meeting.open"),
    "MEETING-ITEM": lambda: sat(in_session(), "meeting.open-vote", item=7),
    "MEETING-ITEM-KIND": lambda: placed(called(), kind="SONG"),
    "MEETING-ITEM-FIELDS": lambda: placed(called(), kind="OTHER"),
    "MEETING-MOTION": lambda: placed(called(), motion="PERHAPS"),
    "MEETING-DOCUMENT-TWICE": placed_twice,
    "MEETING-PRESENCE": lambda: sat(
        in_session(), "meeting.record-arrival", person_id=SYMBAT
    ),
    "MEETING-RECUSAL": lambda: sat(
        in_session(), "meeting.recuse", item=1, person_id=SYMBAT
    ),
    "MEETING-QUORUM": lambda: sat(
        in_session("Daulet, deputy head of the university"),
        "meeting.open-vote",
        item=1,
    ),
    "MEETING-NO-VOTE": lambda: vote_closed(in_session(), votes_for=1),
    "MEETING-TALLY": a_tally_too_many,
    "MEETING-UNDECIDED": lambda: sat(in_session(), "meeting.close"),
    "MEETING-NUMBER": lambda: minuted(held(), number=7),
    "MEETING-SIGNATURES": lambda: minuted(held(), signed_by=[SYMBAT]),
}
