"""The trail of a document over HTTP: complete, as of a day, and by right."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from adapters import cli_audit
from domain.dates import local_day
from domain.regulation.pack import LANGUAGES
from tests.adapters.http_door import Door, opened, refused


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("node")) as one:
        yield one


def trail(door: Door, document: str, **asked: str) -> Any:  # the JSON of the answer
    path = f"/v1/audit/trail/{document}"
    answer = door.client.get(path, params=asked, headers=door.auditor)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_trail_of_an_approved_document_is_whole_and_sound(door: Door) -> None:
    found = trail(door, door.told.approved)
    assert found["is_sound"] is True and found["audience"] == "OWN"
    assert {one["outcome"] for one in found["verdicts"]} == {"HOLDS"}
    entries = found["entries"]
    positions = [entry["position"] for entry in entries]
    assert positions == sorted(set(positions))
    stream = f"document/{door.told.approved}"
    own = [entry for entry in entries if entry["stream"] == stream]
    stored = door.told.node.store.read(stream)
    assert [entry["event_id"] for entry in own] == [record.id for record in stored]
    for entry in entries:
        assert entry["actor"]["person"] and entry["actor"]["role"]
        assert entry["command_id"] and entry["correlation_id"]
        assert set(entry["summary"]) == set(LANGUAGES)
    types = {entry["type"] for entry in entries}
    assert {
        "meeting.held.v1",
        "meeting.vote-closed.v1",
        "meeting.member-arrived.v1",
        "review-body.formed.v1",
        "review-body.chair-elected.v1",
        "council.chair-seated.v1",
        "staff.appointed.v1",
        "document.approved.v1",
    } <= types
    heads = [office for office in found["offices"] if office["role"] == "HEAD"]
    assert heads[0]["order_no"] and heads[0]["valid_from"]
    capacities = {entry["actor"]["capacity"] for entry in own}
    assert capacities <= {office["capacity"] for office in found["offices"]}


def test_an_auditor_reads_what_was_refused_on_the_document(door: Door) -> None:
    refusals = trail(door, door.told.approved)["refusals"]
    assert "R19-APPROVER" in {refusal["code"] for refusal in refusals}
    path = f"/v1/audit/trail/{door.told.approved}"
    own = door.client.get(path, headers=door.head).json()
    assert "refusals" not in own and own["is_sound"] is True


def test_a_trail_as_of_a_day_knows_nothing_later(door: Door) -> None:
    today = local_day(door.told.node.now)
    now = trail(door, door.told.approved, as_of=today.isoformat())
    assert len(now["entries"]) == len(trail(door, door.told.approved)["entries"])
    assert now["as_of"] == today.isoformat()
    before = (today - timedelta(days=1)).isoformat()
    for asked in ({"as_of": before}, {"known_on": before}):
        answer = door.client.get(
            f"/v1/audit/trail/{door.told.approved}",
            params=asked,
            headers=door.auditor,
        )
        refused(answer, 404, "QUERY-UNKNOWN")


def test_a_document_in_review_has_open_clauses(door: Door) -> None:
    found = trail(door, door.told.in_review)
    assert found["is_sound"] is True
    assert {one["outcome"] for one in found["verdicts"]} >= {"OPEN"}


@pytest.mark.parametrize("asked", [{"as_of": "yesterday"}, {"from": "1"}])
def test_a_question_that_makes_no_sense_is_refused(
    door: Door, asked: dict[str, str]
) -> None:
    path = f"/v1/audit/trail/{door.told.approved}"
    answer = door.client.get(path, params=asked, headers=door.auditor)
    refused(answer, 422, "QUERY-MALFORMED")


def test_nobody_but_owner_supervisor_and_auditor_reads_a_trail(door: Door) -> None:
    path = f"/v1/audit/trail/{door.told.approved}"
    refused(door.client.get(path), 401, "ACTOR-TOKEN")
    refused(door.client.get(path, headers=door.stranger), 404, "QUERY-UNKNOWN")
    unknown = "/v1/audit/trail/3c5a9e70-8d16-4f4b-a9c2-e1b7f0d5640f"
    for headers in (door.head, door.stranger, door.auditor):
        refused(door.client.get(unknown, headers=headers), 404, "QUERY-UNKNOWN")


def test_an_explanation_says_what_is_met_and_who_is_next(door: Door) -> None:
    told = door.told
    path = f"/v1/documents/{told.in_review}/explain"
    answers = {
        language: door.client.get(
            path, headers={**door.head, "Accept-Language": language}
        )
        for language in LANGUAGES
    }
    for language, answer in answers.items():
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-language"] == language
    found = answers["en"].json()
    assert (found["state"], found["rule"]) == ("IN_REVIEW", "19")
    (concluding,) = (s for s in found["steps"] if s["body"])
    assert concluding["body"] == told.house.bodies[0].ref
    assert concluding["lack"]["code"] == "MEETING-NOT-HELD"
    (approving,) = (s for s in found["steps"] if s["command"] == "document.approve")
    assert approving["lack"]["rule"] == "19"
    texts = {language: answer.json() for language, answer in answers.items()}
    names = {t["steps"][0]["lack"]["text"] for t in texts.values()}
    assert len(names) == len(LANGUAGES)
    unmet = [clause["about"] for clause in found["clauses"] if not clause["holds"]]
    council = told.house.bodies[-1].ref
    assert unmet == [told.house.bodies[0].ref, council]


def test_a_draft_may_be_submitted_by_whom_the_explanation_names(door: Door) -> None:
    told = door.told
    found = door.client.get(
        f"/v1/documents/{told.draft}/explain", headers=door.auditor
    ).json()
    (submit,) = (s for s in found["steps"] if s["command"] == "document.submit")
    capacities = {actor["capacity"] for actor in submit["actors"]}
    assert told.house.deputy.capacity in capacities and submit["lack"] is None


def test_an_explanation_is_for_the_owner_and_the_auditor(door: Door) -> None:
    path = f"/v1/documents/{door.told.approved}/explain"
    refused(door.client.get(path), 401, "ACTOR-TOKEN")
    refused(door.client.get(path, headers=door.stranger), 404, "QUERY-UNKNOWN")
    steps = door.client.get(path, headers=door.auditor).json()["steps"]
    assert [step["command"] for step in steps] == ["document.annul"]


def test_the_command_line_shows_all_of_it_in_each_language(door: Door) -> None:
    found = trail(door, door.told.approved)
    told = door.client.get(
        f"/v1/documents/{door.told.in_review}/explain", headers=door.auditor
    ).json()
    for language in LANGUAGES:
        for entry in found["entries"]:
            row = cli_audit.entry_row(entry, language)
            assert len(row) == len(cli_audit.ENTRY_COLUMNS) and row[-1]
        for one in found["verdicts"]:
            row = cli_audit.verdict_row(one, language)
            assert len(row) == len(cli_audit.VERDICT_COLUMNS) and row[2]
    for refusal in found["refusals"]:
        row = cli_audit.refusal_row(refusal)
        assert len(row) == len(cli_audit.REFUSAL_COLUMNS) and row[1]
    clauses = [cli_audit.clause_row(clause) for clause in told["clauses"]]
    assert {row[0] for row in clauses} == {"+", "-"}
    steps = [cli_audit.step_row(step) for step in told["steps"]]
    assert all(row[0] and (row[2] or row[3]) for row in steps)
