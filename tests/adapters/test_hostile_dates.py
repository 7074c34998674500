"""What was seen in another state, or is dated as it cannot have been."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from tests.adapters.hostile import (
    HASH,
    Sending,
    by_head,
    creating,
    drafting,
    require_unmoved,
    send,
    sending,
)
from tests.adapters.http_door import Door, opened

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("node")) as one:
        yield one


@pytest.mark.parametrize("seen", [0, 2, 99])
def test_a_version_that_is_stale(door: Door, seen: int) -> None:
    document = str(uuid4())
    assert drafting(door, document_id=document)().status_code == 200
    told = require_unmoved(
        door,
        lambda: send(
            door,
            door.told.house.head,
            "document.withdraw",
            document_id=document,
            expected_version=seen,
        ),
        409,
        "CMD-STALE",
    )
    assert told["context"] == {"expected": seen, "current": 1}


@pytest.mark.parametrize("changed", [{"names": {"ru": "Другое"}}, {"kind": "FACULTY"}])
def test_an_id_that_comes_again_with_other_content(
    door: Door, changed: dict[str, object]
) -> None:
    given = {"command_id": str(uuid4()), "unit_id": f"u{uuid4().hex[:12]}"}
    assert creating(door, **given)().status_code == 200
    other = creating(door, **given, **changed)
    require_unmoved(door, other, 422, "CMD-ID-REUSED")


@pytest.mark.parametrize(
    "day",
    ["2026-02-30", "2026-13-01", "2026-00-10", "0000-01-01", "2026-1-1", "", 20260101],
)
def test_a_day_that_no_calendar_has(door: Door, day: object) -> None:
    given = appointing(door, valid_from=day)
    told = require_unmoved(door, given, 422, "CMD-MALFORMED")
    assert "valid_from" in told["detail"]


def appointing(door: Door, **changed: object) -> Sending:
    fields: dict[str, object] = {
        "person_id": str(uuid4()),
        "post": "TEACHER",
        "valid_from": "2026-01-01",
        "order_no": "1-к",
    }
    return by_head(door, "staff.appoint", **{**fields, **changed})


def test_an_end_before_the_beginning(door: Door) -> None:
    given = appointing(door, valid_to="2025-12-31")
    require_unmoved(door, given, 422, "STAFF-DATES")


@pytest.mark.parametrize(
    "moment",
    ["2026-09-01T10:00:00", "2026-09-01", "2026-09-31T10:00:00Z", "yesterday", 0],
)
def test_a_moment_that_no_clock_shows(door: Door, moment: object) -> None:
    given = creating(door, occurred_at=moment)
    require_unmoved(door, given, 422, "CMD-MALFORMED")


def test_an_act_of_the_future(door: Door) -> None:
    soon = (datetime.now(UTC) + HOUR).isoformat()
    require_unmoved(door, creating(door, occurred_at=soon), 422, "CMD-FUTURE")


def test_an_act_from_before_the_actor_was_in_office(door: Door) -> None:
    given = creating(door, occurred_at="1991-12-16T10:00:00+05:00")
    require_unmoved(door, given, 403, "ACTOR-CAPACITY")


def test_an_act_from_before_the_organisation_was_registered(door: Door) -> None:
    """The head is in office for a year, the organisation for some seconds."""
    long_ago = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    require_unmoved(door, creating(door, occurred_at=long_ago), 409, "ORG-STATE")


def test_a_decision_that_is_dated_into_the_future(door: Door) -> None:
    tomorrow = date.today() + timedelta(days=2)
    given = by_head(
        door,
        "organisation.record-governing-decision",
        decision_id=str(uuid4()),
        kind="OTHER",
        number="1",
        date=tomorrow.isoformat(),
        file_hash=HASH,
    )
    require_unmoved(door, given, 422, "CMD-FUTURE")


def test_a_meeting_that_was_planned_for_a_time_without_its_body(door: Door) -> None:
    council = door.told.house.bodies[-1]
    given = sending(
        door,
        council.officer,
        "meeting.plan",
        meeting_id=str(uuid4()),
        body=council.ref,
        planned_for="1995-01-01",
    )
    require_unmoved(door, given, 409, "CMD-BEFORE")
