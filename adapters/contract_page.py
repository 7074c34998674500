"""The contract as a Markdown page, from where a stranger starts to every message."""

from collections.abc import Mapping

import msgspec

from adapters.contract import SHOWN_WHOLE, Values, contract

READER = """\
import asyncio, json, sys, uuid
import nats
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

async def read(url, stream, subject, last=0):
    nc = await nats.connect(url, max_reconnect_attempts=-1)
    js = nc.jetstream()
    config = ConsumerConfig(
        name=f"reader-{uuid.uuid4().hex}",
        filter_subject=subject,
        deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
        opt_start_seq=last + 1,
        ack_policy=AckPolicy.NONE,
        inactive_threshold=300,
    )
    await js.add_consumer(stream, config)
    consumer = await js.pull_subscribe_bind(config.name, stream)
    while True:
        try:
            messages = await consumer.fetch(200, timeout=5)
        except TimeoutError:
            continue
        for message in messages:
            event = json.loads(message.data)
            if event["sequence"] > last:
                print(event["sequence"], event["type"], event["subject"], flush=True)
                last = event["sequence"]  # keep it with what you make of the event

asyncio.run(read(*sys.argv[1:4]))
"""
"""A whole subscriber: `python reader.py URL STREAM SUBJECT`."""


def page() -> str:
    """The page; every value in it comes from `contract()`."""
    whole = contract()
    sections = (
        opening(whole),
        identity_section(whole["token"]),
        command_section(whole),
        query_section(whole),
        content_section(whole["content"]),
        event_section(whole),
        event_types(whole["event"]["types"]),
        command_types(whole["commands"]["types"]),
        batch_types(whole["commands"]["batches"]),
    )
    return "\n".join(line for section in sections for line in section)


def block(value: object) -> str:
    text = msgspec.json.format(msgspec.json.encode(value), indent=1).decode()
    return f"```json\n{text}\n```"


def entries(values: Mapping[str, str]) -> list[str]:
    return [*(f"- `{name}`: {what}" for name, what in values.items()), ""]


def opening(whole: Values) -> list[str]:
    return [
        "# The contract",
        "",
        f"Rule pack {whole['rule_pack']}. Printed from code; `adisteme schema contract "
        "--json` holds the same with a JSON Schema of every command and event.",
        "",
        "- HTTP: `http://127.0.0.1:8000` unless the node's operator says otherwise. "
        "Commands, queries, content.",
        "- NATS: events. The embedded server's address stands in "
        "`<data>/nats/nats.conf`, its identities and passwords in "
        "`<data>/nats/identities.json`: `auditor` reads all, `guest` what is public. "
        "Connect to `nats://<identity>:<password>@127.0.0.1:<port>`.",
        "- The embedded node's own tokens: `adisteme token`, or "
        "`adisteme token --person <UUID> --org <BIN>`.",
        "",
    ]


def identity_section(token: Values) -> list[str]:
    return [
        "## Who you are",
        "",
        f"`{token['header']}` with every request but the open ones; "
        f"`{token['language']}` asks for the language of refusals. The token is a JWT "
        f"of an issuer that the node knows ({', '.join(token['algorithms'])}); the "
        f"node's own keys: `{token['keys']}`. Claims:",
        "",
        *entries(token["claims"]),
        block(token["example"]),
        "",
        "A token says who somebody is, not what they may do. A command names the "
        "**capacity** in which its sender acts: `<stream>#<n>`, the `subject` and "
        "`streamversion` of the event that seated that person. Where a command wrote "
        "one event, these are `stream` and `version` of its answer. These events seat:",
        "",
        *entries(token["seating"]),
    ]


def command_section(whole: Values) -> list[str]:
    commands, refusal = whole["commands"], whole["refusal"]
    over_nats = whole["nats"]["commands"]
    return [
        "## Commands",
        "",
        f"`{commands['http']}`, `Content-Type: {commands['media_type']}`, at most "
        f"{commands['max_bytes']} bytes: one JSON object with the command's own fields "
        "flat beside these. Unknown fields are refused; of a name given twice the last "
        "counts. All ids are made by the sender, so a command can be repeated without "
        "harm and followed at once.",
        "",
        *entries(commands["always"]),
        f"Success: status {whole['success']['status']}. `version` is that of `stream` "
        "now, `position` the `sequence` of the last event written; `published` tells "
        "whether it already stands on the bus (it will, also when false).",
        "",
        block(whole["success"]["body"]),
        "",
        f"Refusal: `{refusal['media_type']}` (RFC 9457). `code` is stable, `detail` "
        "speaks the asked language, `context` holds what lets you act, `rule` is null "
        "where no rule of the order speaks. `GET /v1/errors` lists every code.",
        "",
        *(block(example) for example in refusal["examples"]),
        "",
        *entries(whole["statuses"]),
        "Over NATS the same commands are requests to "
        f"`{over_nats['subject']}` (`org`: the token's) with the headers "
        f"`{over_nats['token']}` and `{over_nats['language']}`; the reply is "
        f"{over_nats['reply']}. It takes an account: {over_nats['account']}. "
        f"`{over_nats['described']}` prints AsyncAPI of it, and of every event.",
        "",
    ]


def query_section(whole: Values) -> list[str]:
    return [
        "## Queries",
        "",
        "`after=<position>` waits until the answer shows that position, so you read "
        "your own write. A page ends with `next`: give it as `cursor` (`before` for "
        "refusals) with the same parameters; null ends it.",
        "",
        *(
            f"- `{path}`: {query['what']}."
            + (
                f" Parameters: {', '.join(query['parameters'])}."
                * bool(query["parameters"])
            )
            for path, query in whole["queries"].items()
        ),
        "",
    ]


def content_section(content: Values) -> list[str]:
    text, file, canon = (
        content["put_text"],
        content["put_file"],
        content["content_hash"],
    )
    return [
        "## Content",
        "",
        "Free text (remarks, reasons, minutes) never enters an event. Put it first, "
        "and give the answered `ref` as the command's `*_ref`. It belongs to the "
        "organisation of the token, is kept encrypted, and can be erased.",
        "",
        f"- A text: `{text['http']}`, `{text['media_type']}`, at most "
        f"{text['max_bytes']} bytes: `{compact(text['body'])}`; status "
        f"{text['status']}, `{compact(text['answer'])}`.",
        f"- A file: `{file['http']}`, `Content-Type`: {file['media_type']}, at most "
        f"{file['max_bytes']} bytes; status {file['status']}, "
        f"`{compact(file['answer'])}`.",
        f"- `{content['get']}`.",
        "",
        f"`content_hash` of a document is the {canon['what']}. This list gives "
        f"`{canon['is']}` once sorted:",
        "",
        block(canon["of"]),
        "",
    ]


def event_section(whole: Values) -> list[str]:
    nats, subject, event = whole["nats"], whole["subject"], whole["event"]
    return [
        "## Events",
        "",
        f"One NATS JetStream stream, {nats['stream']}. Every message is one CloudEvent "
        f"1.0 in structured mode, header `{nats['header']}`.",
        "",
        f"Subject, lower case: `{subject['pattern']}`, as `{subject['example']}`.",
        "",
        *entries(subject["tokens"]),
        "Useful filters:",
        "",
        *entries(subject["useful"]),
        "A subscriber makes a pull consumer with a name and one filter; `guest` may "
        "ask for filters under `adisteme.ev.pub.` only. With nats-py:",
        "",
        f"```python\n{READER}```",
        "",
        "What you may rely on:",
        "",
        *(f"- {promise}" for promise in whole["delivery"]),
        "",
        "Attributes, in this order:",
        "",
        *entries(event["attributes"]),
        *(block(event["types"][tag]["example"]) for tag in SHOWN_WHOLE),
        "",
    ]


def event_types(types: Values) -> list[str]:
    """Every type with its scope and the `data` of its golden record."""
    lines = ["## Types of event", "", "Each with its scope and an example of `data`."]
    for tag, event in types.items():
        lines += ["", f"### {tag} ({event['scope']})", ""]
        lines += [event["what"], ""] if event["what"] else []
        lines.append(f"```json\n{compact(event['example']['data'])}\n```")
    return [*lines, ""]


def command_types(types: Values) -> list[str]:
    lines = [
        "## Types of command",
        "",
        "Roles: `HEAD@own` is the head of the organisation concerned, `CHAIR@body` an "
        "officer of the body concerned, `HEAD@participant` a head of an organisation "
        "that takes part in it, `STAFF@own` any post of the organisation "
        "(rules of the order may ask for more), a bare role one of the node.",
    ]
    for tag, command in types.items():
        roles = ", ".join(f"`{role}`" for role in command["roles"])
        optional = ", ".join(f"`{name}`" for name in command["optional"])
        lines += ["", f"### {tag}", "", f"{command['what']} Roles: {roles}."]
        lines += [f"Optional: {optional}."] if optional else []
        lines += ["", block(command["example"])]
    return lines


def batch_types(types: Values) -> list[str]:
    lines = [
        "",
        "## Batches",
        "",
        "Many commands in one message, sent as a command is.",
    ]
    for tag, batch in types.items():
        lines += ["", f"### {tag}", "", f"{batch['what']} Here {batch['of']}."]
        lines += [f"Answer: {batch['answer']}.", "", block(batch["example"])]
    return lines


def compact(value: object) -> str:
    return msgspec.json.encode(value).decode()
