"""How a body comes to a conclusion: a meeting, a vote, its minutes."""

from datetime import date

from adapters.demo.house import Body, digest
from adapters.demo.teller import Teller
from domain.document_parts import Variant, content_hash
from domain.identifiers import Sha256


def variants(title: str, edition: int) -> list[dict[str, str]]:
    return [
        {
            "language": language,
            "media_type": "application/pdf",
            "sha256": digest(f"{title} {language} {edition}"),
        }
        for language in ("kk", "ru")
    ]


def hash_of(texts: list[dict[str, str]]) -> str:
    return content_hash(
        [
            Variant(
                language=text["language"],
                media_type=text["media_type"],
                sha256=Sha256(text["sha256"]),
            )
            for text in texts
        ]
    )


def conclude(
    teller: Teller,
    body: Body,
    document: str,
    texts: list[dict[str, str]],
    *,
    votes_for: int | None = None,
    recused: bool = False,
) -> None:
    """Hold a meeting on the document, minute it, and record what was concluded.

    With `votes_for` too few the motion fails and the conclusion is negative.
    """
    meeting, officer = teller.new_id(), body.officer
    owner = officer.organisation
    tell = {"meeting_id": meeting}
    teller.give(
        officer, "meeting.plan", **tell, body=body.ref, planned_for=date.today()
    )
    teller.give(officer, "meeting.convene", **tell)
    teller.give(
        officer,
        "meeting.place-item",
        **tell,
        kind="DOCUMENT",
        documents=[{"document_id": document, "content_hash": hash_of(texts)}],
        motion="POSITIVE",
    )
    teller.give(officer, "meeting.open", **tell)
    for place, person in enumerate(body.members):
        if place == 1 and recused:
            teller.give_in_vain(
                "MEETING-QUORUM", officer, "meeting.open-vote", **tell, item=1
            )
        teller.give(officer, "meeting.record-arrival", **tell, person_id=person)
    entitled = len(body.members)
    if recused:
        teller.give(
            officer, "meeting.recuse", **tell, item=1, person_id=body.members[-1]
        )
        entitled -= 1
    teller.give(officer, "meeting.open-vote", **tell, item=1)
    given = entitled if votes_for is None else votes_for
    teller.give(
        officer,
        "meeting.close-vote",
        **tell,
        item=1,
        votes_for=given,
        votes_against=entitled - given,
        abstained=0,
    )
    teller.give(officer, "meeting.close", **tell)
    teller.give(
        officer,
        "meeting.minute",
        **tell,
        minutes_ref=teller.text(owner, "minutes", f"Протокол заседания {meeting}"),
        signed_by=[officer.id],
    )
    remarks = None
    if votes_for is not None:
        remarks = teller.text(owner, "remarks", "Уточнить часы практики в 3 семестре.")
    teller.give(
        officer,
        "document.record-conclusion",
        document_id=document,
        body=body.ref,
        content_hash=hash_of(texts),
        meeting_id=meeting,
        item=1,
        remarks_ref=remarks,
    )
