"""Rule 20: a council decides on many lesson plans in one vote."""

from typing import Any

import msgspec
import pytest

from domain.decider import Refusal
from domain.document_commands import RecordBatchConclusion, RecordConclusion
from domain.document_events import ConclusionRecorded
from domain.identifiers import Stream
from domain.meeting_commands import CloseVote, OpenVote, PlaceItem, Recuse
from domain.meeting_events import ItemPlaced, MemberRecused, VoteOpened
from domain.messages import BATCHES, COMMANDS_OF
from tests.domain.given import (
    BOLAT,
    FACULTY,
    FACULTY_COUNCIL,
    GULNARA,
    LAWYERS,
    House,
    a_staffed_university,
    a_university,
    open_unit,
    seat_council,
)
from tests.domain.reviewing import (
    SALTED,
    Sitting,
    citing,
    conclude,
    convene,
    decide_on,
    draft,
    record,
    state_of,
    submit,
    text_of,
)

BATCH = "5c1f7a2e-90d4-4b36-8e7b-a3d9f0c6b21a"


def lesson_plans(house: House, count: int = 3) -> list[str]:
    documents = [
        draft(house, "LESSON_PLAN", name=f"lesson {number}", teacher=BOLAT)
        for number in range(count)
    ]
    for document in documents:
        submit(house, document)
    return documents


def voted_on(house: House, documents: list[str], votes: int = 3) -> Sitting:
    """A meeting of the faculty's council with all the documents as one item."""
    sitting = convene(house, FACULTY_COUNCIL)
    sitting.place_all(documents)
    sitting.open()
    sitting.vote(1, votes)
    sitting.close()
    return sitting


def batch_of(
    house: House, sitting: Sitting, documents: list[str], /, **fields: object
) -> RecordBatchConclusion:
    """The batch as a door reads it."""
    body = {
        "command_id": BATCH,
        "capacity": sitting.officer.capacity,
        "body": sitting.body,
        "meeting_id": sitting.meeting,
        "item": 1,
        "documents": [text_of(house, document) for document in documents],
        **fields,
    }
    return msgspec.json.decode(msgspec.json.encode(body), type=RecordBatchConclusion)


def outcomes(house: House, sitting: Sitting, batch: RecordBatchConclusion) -> list[str]:
    """What becomes of each command of a batch: its first event, or a code."""
    told = []
    for command in COMMANDS_OF[type(batch)](batch):
        try:
            events = house.world.obey(sitting.officer, command)
        except Refusal as refusal:
            told.append(refusal.code)
        else:
            told.append(type(events[0]).__name__)
    return told


def test_one_item_one_vote_and_a_conclusion_for_each_document() -> None:
    house = a_university()
    documents = lesson_plans(house)
    sitting = voted_on(house, documents)
    placed = [
        entry.event
        for entry in house.world.log
        if isinstance(entry.event, ItemPlaced) and entry.event.documents
    ]
    assert [one.document_id for one in placed[0].documents] == documents
    told = outcomes(house, sitting, batch_of(house, sitting, documents))
    assert told == ["ConclusionRecorded"] * 3
    assert {state_of(house, one).stage_no for one in documents} == {4}


def test_the_commands_of_a_batch_are_numbered_from_one() -> None:
    house = a_university()
    documents = lesson_plans(house)
    sitting = voted_on(house, documents)
    batch = batch_of(house, sitting, documents, occurred_at="2026-01-12T12:00:00+05:00")
    commands = COMMANDS_OF[RecordBatchConclusion](batch)
    assert [one.command_id for one in commands] == [
        f"{BATCH}/{number}" for number in (1, 2, 3)
    ]
    assert {one.occurred_at for one in commands} == {batch.occurred_at}
    assert all(isinstance(one, RecordConclusion) for one in commands)
    assert {RecordBatchConclusion.tag: RecordBatchConclusion} == BATCHES


def test_every_document_of_a_batch_has_an_outcome_of_its_own() -> None:
    house = a_university()
    documents = lesson_plans(house)
    sitting = voted_on(house, documents)
    not_placed = lesson_plans(house, 4)[3]
    conclude(house, documents[1], FACULTY_COUNCIL)
    batch = batch_of(house, sitting, [*documents, not_placed])
    told = outcomes(house, sitting, batch)
    assert told == [
        "ConclusionRecorded",
        "R20-STAGE",
        "ConclusionRecorded",
        "MEETING-NOT-HELD",
    ]


def test_a_motion_that_falls_is_negative_for_all_with_remarks_for_each() -> None:
    house = a_university()
    documents = lesson_plans(house, 2)
    sitting = voted_on(house, documents, votes=1)
    texts = [text_of(house, one) for one in documents]
    texts[1]["remarks_ref"] = SALTED
    outcomes(house, sitting, batch_of(house, sitting, documents, documents=texts))
    said = [
        entry.event
        for entry in house.world.log
        if isinstance(entry.event, ConclusionRecorded)
    ]
    assert [(one.conclusion, one.remarks_ref) for one in said] == [
        ("NEGATIVE", None),
        ("NEGATIVE", SALTED),
    ]


def test_a_document_stands_once_in_an_item_and_once_on_the_agenda() -> None:
    house = a_university()
    first, second = lesson_plans(house, 2)
    sitting = convene(house, FACULTY_COUNCIL)
    sitting.place(first)
    item: dict[str, Any] = {"kind": "DOCUMENT", "motion": "POSITIVE"}
    for documents in ([second, first], [second, second]):
        texts = [text_of(house, one) for one in documents]
        refused = sitting.refuses(
            "MEETING-DOCUMENT-TWICE", PlaceItem, **item, documents=texts
        )
        assert refused == {"document_id": documents[1]}


def test_a_stale_text_or_an_unknown_document_keeps_the_whole_item_off() -> None:
    house = a_university()
    documents = lesson_plans(house, 2)
    sitting = convene(house, FACULTY_COUNCIL)
    item: dict[str, Any] = {"kind": "DOCUMENT", "motion": "POSITIVE"}
    texts = [text_of(house, one) for one in documents]
    texts[1]["content_hash"] = "0" * 64
    refused = sitting.refuses("DOC-HASH", PlaceItem, **item, documents=texts)
    assert refused["document_id"] == documents[1]
    texts[1]["document_id"] = "00000000-0000-4000-8000-00000000ffff"
    sitting.refuses("DOC-UNKNOWN", PlaceItem, **item, documents=texts)


@pytest.mark.parametrize("count", [0, 501])
def test_a_batch_is_of_one_to_500_documents(count: int) -> None:
    house = a_university()
    sitting = convene(house, FACULTY_COUNCIL)
    with pytest.raises(msgspec.ValidationError):
        texts = [{"document_id": BATCH, "content_hash": "0" * 64}] * count
        batch_of(house, sitting, [], documents=texts)


def test_who_wrote_one_of_the_documents_is_flagged_when_recused() -> None:
    house = a_university()
    documents = lesson_plans(house)
    sitting = convene(house, FACULTY_COUNCIL)
    sitting.place_all(documents)
    sitting.open()
    flags = [sitting.does(Recuse, item=1, person_id=who)[0] for who in (BOLAT, GULNARA)]
    assert [isinstance(one, MemberRecused) and one.is_author for one in flags] == [
        True,
        False,
    ]


def test_who_is_recused_is_present_and_neither_entitled_nor_abstaining() -> None:
    house = a_university()
    sitting = convene(house, FACULTY_COUNCIL)
    sitting.place_all(lesson_plans(house, 1))
    sitting.open()
    sitting.does(Recuse, item=1, person_id=BOLAT)
    opened = sitting.does(OpenVote, item=1)[0]
    assert isinstance(opened, VoteOpened)
    assert (opened.present, opened.base, len(opened.entitled)) == (3, 3, 2)
    one = {"item": 1, "votes_for": 2, "votes_against": 0}
    sitting.refuses("MEETING-TALLY", CloseVote, **one, abstained=1)
    assert sitting.does(CloseVote, **one, abstained=0)


def two_councils() -> tuple[House, str]:
    house = a_staffed_university()
    open_unit(house, "civil", "INSTITUTE", parent=FACULTY)
    seat_council(house, FACULTY, LAWYERS)
    seat_council(house, "civil", LAWYERS)
    document = draft(house, author={"kind": "UNIT", "unit_id": "civil"})
    submit(house, document)
    return house, document


def test_a_conclusion_is_recorded_once_and_replaced_by_a_later_vote_only() -> None:
    house, document = two_councils()
    first = decide_on(house, document, FACULTY_COUNCIL)
    later = decide_on(house, document, FACULTY_COUNCIL, "NEGATIVE")
    record(house, document, first)
    again = citing(house, document, first)
    refused = house.world.refuses(
        "DOC-CONCLUDED", first.officer, RecordConclusion, **again
    )
    assert refused == {"body": FACULTY_COUNCIL, "conclusion": "POSITIVE"}
    told = record(house, document, later)
    assert [type(one).__name__ for one in told] == [
        "ConclusionRecorded",
        "DocumentReturned",
    ]


def test_an_earlier_vote_never_replaces_what_a_later_one_concluded() -> None:
    house, document = two_councils()
    first = decide_on(house, document, FACULTY_COUNCIL, "RETURN")
    later = decide_on(house, document, FACULTY_COUNCIL)
    record(house, document, later)
    citation = citing(house, document, first)
    house.world.refuses("DOC-CONCLUDED", first.officer, RecordConclusion, **citation)


def test_the_secretary_of_two_bodies_records_for_both_and_votes_once_in_each() -> None:
    house, document = two_councils()
    civil = Stream(f"council/{house.bin}.civil")
    officers = [house.officer(body) for body in (FACULTY_COUNCIL, civil)]
    assert officers[0].person == officers[1].person
    for body in (FACULTY_COUNCIL, civil):
        told = record(house, document, decide_on(house, document, body))[0]
        assert isinstance(told, ConclusionRecorded) and told.votes is not None
        assert told.votes.votes_for == len(LAWYERS)
    assert state_of(house, document).stage_no == 3
