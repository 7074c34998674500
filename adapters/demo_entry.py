"""The demo from empty to its report: a node of its own, told, settled, counted."""

import asyncio
from collections.abc import Iterator

import msgspec
from rich.console import Console

from adapters.bootstrap import Node
from adapters.data_folder import wipe_for_demo
from adapters.demo import run as demo
from adapters.demo.report import show_report
from adapters.demo.teller import Person, Teller
from adapters.entry import SETTLE_SECONDS, of_demo
from adapters.settings import Settings
from projections.approval_stage import APPROVAL_STAGE
from projections.approval_status import APPROVAL_STATUS
from projections.org_directory import ORG_DIRECTORY

SEED = 583


def run_demo(settings: Settings, *, as_json: bool) -> int:
    """Run the demo from empty; 0 when nothing was lost, doubled or left behind."""
    chosen = of_demo(settings, True)
    wipe_for_demo(chosen.data)
    node = Node(chosen)
    console = Console(stderr=as_json)
    try:
        report, teller = asyncio.run(tell_demo(node, console))
    finally:
        node.close()
    if as_json:
        print(msgspec.json.encode(report).decode())
    else:
        show_report(Console(), report, teller, node.pack)
    return 0 if report.is_whole else 1


def approved_by_kind(node: Node) -> dict[str, dict[str, int]]:
    def approved(kind: str, level: str) -> int:
        wanted = {"state": "APPROVED", "kind": kind, "level": level}
        return node.views.count(APPROVAL_STATUS, wanted)

    return {
        kind: {level: approved(kind, level) for level in node.pack.levels}
        for kind in node.pack.document_kinds()
    }


def joint_conclusions(node: Node) -> Iterator[demo.JointConclusion]:
    wanted = {"body_kind": "JOINT_COMMISSION"}
    order = ("org_bin", "document_id", "round", "stage_no", "body")
    for row in node.views.select(APPROVAL_STAGE, wanted, order, None, 100):
        yield demo.JointConclusion(
            host=row.body_org or "",
            organisation=row.org_bin,
            document_id=row.document_id,
            conclusion=row.conclusion,
            votes_for=row.votes_for,
        )


async def tell_demo(node: Node, console: Console) -> tuple[demo.DemoReport, Teller]:
    async with node.running():
        operator = node.first_operator()
        assert operator is not None  # the demo's folder was empty
        teller = Teller(
            node.bus.handle,
            Person(operator.person, "node", operator.capacity),
            node.content.put_text,
            SEED,
        )
        reader = demo.IndependentSubscriber(
            node.server.url("auditor"), node.stream_name
        )
        try:
            with console.status("Telling the demo") as status:
                documents = await asyncio.to_thread(demo.tell, teller, status.update)
                status.update("Waiting for bus, views and subscriber")
                await node.settled(SETTLE_SECONDS)
                seen = await asyncio.to_thread(reader.finish)
        finally:
            reader.end()
        stored = node.store.position()
        shown = min(view.position for view in node.projector.status().views)
        report = demo.DemoReport(
            organisations=node.views.count(ORG_DIRECTORY, {}),
            documents=documents,
            approved=node.views.count(APPROVAL_STATUS, {"state": "APPROVED"}),
            joint_conclusions=tuple(joint_conclusions(node)),
            approved_by_kind=approved_by_kind(node),
            refused=node.store.count_refusals(),
            commands=teller.commands,
            events_stored=stored,
            events_on_bus=node.relay.status().published,
            events_seen_by_subscriber=seen.seen,
            approval_rows=node.views.count(APPROVAL_STATUS, {}),
            lag=stored - shown,
            subscriber=seen,
            data=str(node.folder.path),
        )
        return report, teller
