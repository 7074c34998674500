"""An independent subscriber: nats-py, the contract page, and nothing of Adisteme.

It reads the node's stream from the beginning, checks what the contract promises of
every event, and counts. Run it as a script:

    python subscriber.py NATS_URL STREAM [FILTER_SUBJECT]

When its standard input ends it reads on to the end of the stream, prints one JSON
object and exits.
"""

import asyncio
import json
import sys
from collections import Counter
from uuid import uuid4

import nats
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

EVERYTHING = "adisteme.ev.>"
PATIENCE = 1.0


class Missed(Exception):
    """A number of a feed was left out: read again from behind the last event."""


class Tally:
    """What was seen, and every promise that was not kept."""

    def __init__(self) -> None:
        self.seen = 0
        self.last = 0
        self.reopened = 0
        self.types: Counter[str] = Counter()
        self.organisations: set[str] = set()
        self.feeds: dict[str, int] = {}
        self.broken: list[str] = []

    def take(self, message: Msg) -> None:
        event = json.loads(message.data)
        sequence = message.metadata.sequence.stream
        expected = self.feeds.get(event["feed"], 0) + 1
        if event["feedseq"] > expected:
            raise Missed(event["feed"])
        scope, region, raion, level, org, aggregate, name = message.subject.split(".")[
            2:
        ]
        promises = {
            "media type": (message.headers or {}).get("Content-Type")
            == "application/cloudevents+json",
            "sequence is position": event["sequence"] == sequence,
            "order": sequence > self.last,
            "scope": event["scope"] == scope,
            "territory": event["kato"].startswith(raion) and raion.startswith(region),
            "level": event["level"] == level,
            "owner": event["source"].endswith(f"/orgs/{org}"),
            "type": event["type"].startswith(f"kz.adisteme.{aggregate}.{name}.v"),
            "feed number": event["feedseq"] == expected,
        }
        self.broken += [
            f"{sequence}: {what}" for what, kept in promises.items() if not kept
        ]
        self.feeds[event["feed"]] = event["feedseq"]
        self.organisations.add(org)
        self.types[event["type"]] += 1
        self.seen += 1
        self.last = sequence


async def read(url: str, stream: str, subject: str) -> Tally:
    """Read until standard input has ended and nothing more comes."""
    tally = Tally()
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    nc = await nats.connect(url, max_reconnect_attempts=-1, reconnect_time_wait=0.2)
    js = nc.jetstream()
    while True:
        config = ConsumerConfig(
            name=f"independent-{uuid4()}",  # who knows the name can fetch through it,
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=tally.last + 1,
            ack_policy=AckPolicy.NONE,
            filter_subject=subject,
            inactive_threshold=60,
        )
        await js.add_consumer(stream, config)
        subscription = await js.pull_subscribe_bind(config.name, stream)
        try:
            while True:
                try:
                    for message in await subscription.fetch(200, timeout=PATIENCE):
                        tally.take(message)
                except TimeoutError:
                    if ended.done():
                        await nc.close()
                        return tally
        except Missed:
            tally.reopened += 1
            await subscription.unsubscribe()


def main() -> None:
    url, stream, *rest = sys.argv[1:]
    tally = asyncio.run(read(url, stream, rest[0] if rest else EVERYTHING))
    print(
        json.dumps(
            {
                "seen": tally.seen,
                "last_sequence": tally.last,
                "types": len(tally.types),
                "organisations": len(tally.organisations),
                "feeds": len(tally.feeds),
                "reopened": tally.reopened,
                "broken_promises": tally.broken[:20],
            }
        )
    )


if __name__ == "__main__":
    main()
