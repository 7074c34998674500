"""Documents and meetings of a house, as its people would tell of them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from domain.decider import Command, Event
from domain.document_commands import (
    ApproveDocument,
    CreateDocument,
    RecordConclusion,
    SubmitDocument,
)
from domain.document_state import Document, stream_of
from domain.identifiers import MeetingId, Names, PersonId, Stream
from domain.meeting_commands import (
    CloseMeeting,
    CloseVote,
    ConveneMeeting,
    OpenMeeting,
    OpenVote,
    PlaceItem,
    PlanMeeting,
    RecordArrival,
)
from tests.domain.given import LAW, WELDING, House
from tests.domain.scenario import Hat, named

SALTED = "salted:" + "a1" * 32
STANDARD = {"kind": "STATE_STANDARD", "reference": "ГОСО 2022, приказ № 2"}
TYPICAL_PLAN = {"kind": "TYPICAL_STUDY_PLAN", "reference": "ТУП 6B04201"}
TYPICAL_CURRICULUM = {"kind": "TYPICAL_CURRICULUM", "reference": "ТУПр LAW-101"}
STUDY_PLAN = "WORKING_STUDY_PLAN"
DISCIPLINE_OF_LEVEL = {"HE": LAW, "TVE": WELDING, "SECONDARY": "algebra"}


def text(wording: str, language: str = "ru") -> dict[str, str]:
    """The text in one language; other wording, other hash."""
    digest = (named(wording) + named(wording + "!")).replace("-", "")
    return {"language": language, "media_type": "application/pdf", "sha256": digest}


def draft(
    house: House,
    kind: str = STUDY_PLAN,
    by: Hat | None = None,
    name: str = "plan",
    teacher: PersonId | None = None,
    **fields: object,
) -> str:
    """Draft a document of the house's unit, or of a teacher; return its id."""
    document = named(f"{name} of {house.bin} at {house.world.now}")
    author = (
        {"kind": "TEACHER", "person_id": teacher}
        if teacher
        else {"kind": "UNIT", "unit_id": house.author_unit}
    )
    body: dict[str, object] = {
        "document_id": document,
        "bin": house.bin,
        "kind": kind,
        "level": house.level,
        "author": author,
        "titles": Names(ru="Рабочий учебный план", kk="Оқу жұмыс жоспары"),
        "variants": [text(f"{name}, first wording")],
        "discipline_code": DISCIPLINE_OF_LEVEL[house.level],
        "academic_year": "2026-2027",
        "basis_refs": [STANDARD, TYPICAL_PLAN, TYPICAL_CURRICULUM],
    }
    house.world.give(by or house.deputy, CreateDocument, **{**body, **fields})
    return document


def submit(house: House, document: str, by: Hat | None = None) -> list[Event]:
    return house.world.give(by or house.deputy, SubmitDocument, document_id=document)


def state_of(house: House, document: str) -> Document:
    state = house.world.state(stream_of(document))
    assert isinstance(state, Document)
    return state


def text_of(house: House, document: str) -> dict[str, str]:
    """A document with the text that it has now, as an agenda names it."""
    digest = state_of(house, document).content_hash
    return {"document_id": document, "content_hash": digest}


def members_of(house: House, body: Stream) -> tuple[PersonId, ...]:
    return house.world.body(body).members


class Sitting(Struct, frozen=True):
    """A meeting in the hands of an officer of its body."""

    house: House
    officer: Hat
    body: Stream
    meeting: MeetingId

    def does(self, kind: type[Command], /, **fields: object) -> list[Event]:
        return self.house.world.give(
            self.officer, kind, meeting_id=self.meeting, **fields
        )

    def refuses(
        self, code: str, kind: type[Command], /, **fields: object
    ) -> Any:  # the refusal's context, JSON-shaped
        return self.house.world.refuses(
            code, self.officer, kind, meeting_id=self.meeting, **fields
        )

    def place(self, document: str, motion: str = "POSITIVE") -> list[Event]:
        return self.place_all([document], motion)

    def place_all(
        self, documents: Sequence[str], motion: str = "POSITIVE"
    ) -> list[Event]:
        """Place documents as one item, with the texts they have now."""
        return self.does(
            PlaceItem,
            kind="DOCUMENT",
            documents=[text_of(self.house, document) for document in documents],
            motion=motion,
        )

    def arrive(self, *members: PersonId) -> None:
        for member in members:
            self.does(RecordArrival, person_id=member)

    def open(self, *present: PersonId) -> "Sitting":
        self.does(OpenMeeting)
        self.arrive(*(present or members_of(self.house, self.body)))
        return self

    def vote(self, item: int, votes_for: int, against: int = 0) -> list[Event]:
        self.does(OpenVote, item=item)
        return self.does(
            CloseVote,
            item=item,
            votes_for=votes_for,
            votes_against=against,
            abstained=0,
        )

    def close(self) -> list[Event]:
        return self.does(CloseMeeting)


def convene(house: House, body: Stream, day: date | None = None) -> Sitting:
    """Plan a meeting of the body for today, and call its members together."""
    planned_for = day or house.world.now.date()
    meeting = MeetingId(named(f"meeting of {body} at {house.world.now}"))
    sitting = Sitting(house, house.officer(body), body, meeting)
    sitting.does(PlanMeeting, body=body, planned_for=planned_for)
    sitting.does(ConveneMeeting)
    return sitting


def decide_on(
    house: House, document: str, body: Stream, motion: str = "POSITIVE", votes: int = 9
) -> Sitting:
    """Hold a meeting of the body, with the document as its only item."""
    sitting = convene(house, body)
    sitting.place(document, motion)
    sitting.open()
    votes_for = min(votes, len(members_of(house, body)))
    sitting.vote(1, votes_for)
    sitting.close()
    return sitting


def record(
    house: House, document: str, sitting: Sitting, **fields: object
) -> list[Event]:
    return house.world.give(
        sitting.officer,
        RecordConclusion,
        **{**citing(house, document, sitting), **fields},
    )


def citing(house: House, document: str, sitting: Sitting) -> dict[str, object]:
    """The fields of a conclusion that cites the first item of a meeting."""
    return {
        "document_id": document,
        "body": sitting.body,
        "content_hash": state_of(house, document).content_hash,
        "meeting_id": sitting.meeting,
        "item": 1,
    }


def conclude(
    house: House, document: str, body: Stream, motion: str = "POSITIVE"
) -> list[Event]:
    """What the body concludes: from a meeting, or by the methodist of a unit."""
    if body.startswith("unit/"):
        return house.world.give(
            house.methodist(),
            RecordConclusion,
            document_id=document,
            body=body,
            content_hash=state_of(house, document).content_hash,
            conclusion=motion,
        )
    return record(house, document, decide_on(house, document, body, motion))


def pass_review(house: House, document: str, until: Stream | None = None) -> None:
    """Let the bodies of the open stages conclude positively, up to `until`."""
    while stage := state_of(house, document).stage():
        for body in stage.bodies:
            if body.body == until:
                return
            conclude(house, document, body.body)


def a_ready(house: House, **fields: Any) -> str:  # the fields of `draft`
    """A document that every body of its route found positive."""
    document = draft(house, **fields)
    submit(house, document)
    pass_review(house, document)
    return document


APPROVAL = {"act_no": "58", "valid_from": date(2026, 9, 1)}


def approve(house: House, document: str, by: Hat | None = None) -> list[Event]:
    return house.world.give(
        by or house.head, ApproveDocument, document_id=document, **APPROVAL
    )
