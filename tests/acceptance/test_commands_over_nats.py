"""A served node takes commands from the bus, beside HTTP and to the same effect."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import msgspec
import nats
import pytest
from nats.errors import NoRespondersError

from adapters.command_examples import EXAMPLES
from tests.acceptance.served_node import START_SECONDS, ServedNode
from tests.adapters.institution_bus import InstitutionBus, institution_bus

SUBJECT = "adisteme.cmd.node.organisation.register"


async def ask(bus: InstitutionBus, token: str, body: object) -> Any:  # a JSON object
    client = await nats.connect(bus.url)
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with asyncio.timeout(START_SECONDS):
            while True:
                try:
                    answer = await client.request(
                        SUBJECT, msgspec.json.encode(body), timeout=20, headers=headers
                    )
                    return msgspec.json.decode(answer.data)
                except NoRespondersError:
                    await asyncio.sleep(0.05)
    finally:
        await client.close()


def test_a_command_over_nats_is_read_over_http(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with institution_bus(tmp_path, "local", "node") as bus:
        monkeypatch.setenv("ADISTEME_BUS", bus.address)
        monkeypatch.setenv("ADISTEME_BUS_IDENTITIES", str(bus.identities))
        node = ServedNode(tmp_path / "data")
        url = node.start().url
        try:
            token, capacity = node.token()
            body = {**EXAMPLES["organisation.register"], "capacity": capacity}
            del body["occurred_at"]
            told = asyncio.run(ask(bus, token, body))
            assert told["events"][0] == "organisation.registered.v1", told
            headers = {"Authorization": f"Bearer {token}"}
            with httpx.Client(base_url=url, headers=headers, timeout=20) as client:
                shown = client.get(
                    f"/v1/organisations/{body['bin']}",
                    params={"after": told["position"]},
                )
                assert shown.json()["name_ru"] == body["names"]["ru"]
                again = client.post("/v1/commands/organisation.register", json=body)
                assert again.json() == {
                    **told,
                    "repeated": True,
                    "published": again.json()["published"],
                }
                health = client.get("/health/ready").json()
                assert health["command_door"]["state"] == "running"
        finally:
            node.stop()
