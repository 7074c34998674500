"""Who may look at projections over HTTP, who may wish, and what is refused."""

from collections.abc import Iterator
from typing import Any  # JSON of answers

import pytest

from adapters.views import AnyProjection, Parked, Skipped, shadow_of
from projections.approval_stage import APPROVAL_STAGE
from projections.approval_status import APPROVAL_STATUS
from projections.org_directory import ORG_DIRECTORY
from tests.adapters.decisions import SPRING
from tests.adapters.http_door import JSON, Door, bearing, opened, refused
from tests.adapters.node_at_work import PROJECTIONS

PARKED = Parked("document/1", 3, b"{}", "KeyError('x')")


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("node")) as one:
        views = one.told.node.views
        both: tuple[AnyProjection, ...] = (APPROVAL_STATUS, APPROVAL_STAGE)
        for projection in both:
            at = views.position(projection.name)
            waiting = [PARKED, Parked("document/1", 5, b"{}", None)]
            assert views.save(projection, at, at, {}, parked=waiting)
        yield one


@pytest.fixture
def registrar(door: Door) -> dict[str, str]:
    return bearing(door.told, door.told.registrar, **JSON)


def wish(door: Door, headers: dict[str, str], path: str, body: object) -> Any:
    return door.client.post(f"/v1/projections{path}", json=body, headers=headers)


def finish_all(door: Door) -> None:
    views = door.told.node.views
    for each in views.open_wishes():
        views.finish_wish(each.id, "done")


def test_operators_see_how_far_every_view_is(door: Door) -> None:
    page = door.client.get("/v1/projections", headers=door.auditor).json()
    end = door.told.node.store.position()
    assert [(each["name"], each["position"]) for each in page["items"]] == [
        (view.name, end) for view in PROJECTIONS
    ]
    assert [each["parked"] for each in page["items"]] == [0, 1, 1, 0, 0, 0]
    one = door.client.get("/v1/projections/approval_status", headers=door.auditor)
    assert one.json() == page["items"][1]
    assert (one.json()["state"], one.json()["lag"]) == ("current", 0)


def test_a_rebuild_shows_its_progress(door: Door, registrar: dict[str, str]) -> None:
    views = door.told.node.views
    first = wish(door, registrar, "/org_directory/rebuild", {})
    assert first.status_code == 202
    (made,) = first.json()["items"]
    # Wished again, it is still the same wish.
    assert wish(door, registrar, "/org_directory/rebuild", {}).json()["items"] == [made]
    views.begin(shadow_of(ORG_DIRECTORY))
    assert views.save(shadow_of(ORG_DIRECTORY), 0, 4, {})
    seen = door.client.get("/v1/projections/org_directory", headers=door.auditor)
    end = door.told.node.store.position()
    assert seen.json()["rebuild"] == {"position": 4, "target": end}
    everything = wish(door, registrar, "/all/rebuild", {}).json()["items"]
    assert len(everything) == len(PROJECTIONS) and made in everything
    path = f"/v1/projections/wishes/{made['id']}"
    assert door.client.get(path, headers=door.auditor).json() == made
    finish_all(door)
    assert door.client.get(path, headers=door.auditor).json()["outcome"] == "done"


def test_what_is_parked_is_listed_and_wished_for(
    door: Door, registrar: dict[str, str]
) -> None:
    page = door.client.get("/v1/projections/parked", headers=door.auditor).json()
    assert page["items"] == [
        {
            "view": view,
            "stream": "document/1",
            "position": 3,
            "events": 2,
            "error": "KeyError('x')",
        }
        for view in ("approval_status", "approval_stage")
    ]
    both = wish(door, registrar, "/parked/retry", {"stream": "document/1"}).json()
    assert [each["view"] for each in both["items"]] == [
        "approval_status",
        "approval_stage",
    ]
    body = {"position": 5, "reason": "mistake", "view": "approval_stage"}
    (one,) = wish(door, registrar, "/parked/skip", body).json()["items"]
    assert (one["kind"], one["position"], one["reason"]) == ("skip", 5, "mistake")
    assert one["by"] == door.told.registrar.id
    finish_all(door)


def test_skips_are_counted(door: Door) -> None:
    skipped = Skipped(view="org_directory", position=9, reason="r", by="x", at=SPRING)
    door.told.node.views.skip(skipped)
    seen = door.client.get("/v1/projections/org_directory", headers=door.auditor)
    assert seen.json()["skipped"] == 1


@pytest.mark.parametrize(
    "path", ["", "/approval_status", "/parked", "/wishes/1", "/unheard-of"]
)
def test_others_see_nothing_of_it(door: Door, path: str) -> None:
    address = f"/v1/projections{path}"
    refused(door.client.get(address, headers=door.stranger), 403, "QUERY-ROLE")
    refused(door.client.get(address, headers=door.head), 403, "QUERY-ROLE")
    refused(door.client.get(address), 401, "ACTOR-TOKEN")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/approval_status/rebuild", {}),
        ("/parked/retry", {"stream": "document/1"}),
        ("/parked/skip", {"position": 3, "reason": "r"}),
    ],
)
def test_only_a_registrar_wishes(door: Door, path: str, body: object) -> None:
    before = door.told.node.views.open_wishes()
    for headers in (door.head, {**door.auditor, **JSON}):
        refused(wish(door, headers, path, body), 403, "ACTOR-ROLE")
    refused(wish(door, JSON, path, body), 401, "ACTOR-TOKEN")
    assert door.told.node.views.open_wishes() == before


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/unheard-of/rebuild", {}, 404, "VIEW-UNKNOWN"),
        ("/parked/retry", {"stream": "document/2"}, 404, "VIEW-NOT-PARKED"),
        ("/parked/retry", {"stream": "d", "view": "x"}, 404, "VIEW-UNKNOWN"),
        ("/parked/skip", {"position": 4, "reason": "r"}, 404, "VIEW-NOT-PARKED"),
        ("/parked/skip", {"position": 3}, 422, "CMD-MALFORMED"),
        ("/parked/skip", {"position": 3, "reason": ""}, 422, "CMD-MALFORMED"),
        ("/parked/skip", {"position": 2**60, "reason": "r"}, 422, "CMD-MALFORMED"),
        ("/parked/retry", {"stream": "x" * 20_000}, 413, "CMD-TOO-LARGE"),
        ("/parked/retry", [], 422, "CMD-MALFORMED"),
        ("/parked/retry", {"stream": "x", "colour": 1}, 422, "CMD-MALFORMED"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(
    door: Door,
    registrar: dict[str, str],
    path: str,
    body: object,
    status: int,
    code: str,
) -> None:
    refused(wish(door, registrar, path, body), status, code)
    assert door.told.node.views.open_wishes() == []


@pytest.mark.parametrize("number", ["0", "x", "-1", "9" * 40, "1.5"])
def test_a_wish_that_is_not_there_is_not_found(door: Door, number: str) -> None:
    path = f"/v1/projections/wishes/{number}"
    refused(door.client.get(path, headers=door.auditor), 404, "QUERY-UNKNOWN")


def test_an_unknown_view_is_told_with_the_known_ones(door: Door) -> None:
    answer = door.client.get("/v1/projections/unheard-of", headers=door.auditor)
    told = refused(answer, 404, "VIEW-UNKNOWN")
    assert told["context"]["known"] == [view.name for view in PROJECTIONS]
