"""Stories under Hypothesis: what people in two houses do to documents, right or not."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from hypothesis import strategies as st

from domain.council_commands import DissolveCouncil
from domain.council_commands import RemoveMember as RemoveFromCouncil
from domain.decider import Command, Refusal
from domain.document_commands import (
    AnnulDocument,
    ApproveDocument,
    DeclineApproval,
    RecordConclusion,
    ReplanRoute,
    ReviseContent,
    SubmitDocument,
    SupersedeDocument,
    WithdrawDocument,
)
from domain.identifiers import PersonId, Stream
from domain.meeting_commands import AnnulVote, CallOff
from domain.meeting_events import ItemPlaced
from domain.review_body_commands import AddMember, DissolveBody, RemoveMember
from domain.staff import EndAppointment
from domain.unit import CloseUnit
from tests.domain.given import (
    BOLAT,
    COMMISSION,
    DEPARTMENT,
    LAWYERS,
    METHODICAL_UNIT,
    MONDAY_DATE,
    OLGA,
    SYMBAT,
    UNIVERSITY,
    WELDERS,
    House,
    a_university_and_a_college,
    appoint,
    appoint_acting,
    appoint_department_head,
    decide_acting,
    elect_chair,
    form_commission,
    form_department,
    mandate,
    open_unit,
    seat_council,
)
from tests.domain.history import confirm, propose_document
from tests.domain.reviewing import (
    APPROVAL,
    SALTED,
    STUDY_PLAN,
    Sitting,
    approve,
    citing,
    conclude,
    convene,
    decide_on,
    draft,
    members_of,
    pass_review,
    record,
    state_of,
    submit,
    text,
)
from tests.domain.scenario import Hat, World, named

OF_TEACHERS = ["LESSON_PLAN", "METHODICAL_GUIDELINES"]
KINDS = [STUDY_PLAN, "GENERAL_EM_DOCUMENTATION", *OF_TEACHERS]
T = TypeVar("T")
MOTIONS = ["POSITIVE"] * 6 + ["NEGATIVE", "RETURN"]


class Story:
    """Two houses, their documents, and the meetings that were held on them."""

    def __init__(
        self, draw: st.DrawFn, houses: tuple[House, House] | None = None
    ) -> None:
        self.draw = draw
        self.university, self.college = houses or a_university_and_a_college()
        self.world: World = self.university.world
        # Acts may be dated back and still find their organisation registered.
        self.world.later(days=10)
        self.sittings: list[Sitting] = []
        self.wordings = 0
        self.acting: list[Hat] = []
        self.documents: list[tuple[House, str]] = []
        for house, teacher in ((self.university, BOLAT), (self.college, OLGA)):
            for kind in (STUDY_PLAN, draw(st.sampled_from(KINDS))):
                author = teacher if kind in OF_TEACHERS else None
                document = draft(house, kind, name=kind, teacher=author)
                self.documents.append((house, document))

    def told(self) -> World:
        for _ in range(self.draw(st.integers(5, 30))):
            step = self.pick(STEPS)
            house, document = self.pick(self.documents)
            try:
                step(self, house, document)
            except (Refusal, LookupError):
                continue
        return self.world

    def pick(self, options: Sequence[T]) -> T:
        """One of the options; LookupError where there is none."""
        if not options:
            raise LookupError("nothing to choose from")
        return self.draw(st.sampled_from(options))

    def somebody(self) -> Hat:
        """Anybody of either house in an office or a seat; the next head as well."""
        house = self.pick([self.university, self.college])
        teacher = BOLAT if house is self.university else OLGA
        hats = [house.head, house.deputy, house.teacher(teacher)]
        hats += [self.university.methodist(), house.teacher(SYMBAT)]
        for body in house.bodies:
            if not body.startswith("unit/"):
                hats.append(house.officer(body))
        return self.pick(hats)

    def approver(self, house: House) -> Hat:
        """Head or deputy of the house, the next head, or anybody."""
        next_head = house.teacher(SYMBAT)
        acting = self.acting[-2:]
        people = [house.head, house.deputy, next_head, self.somebody(), *acting]
        return self.pick(people)

    def attempt(self, hat: Hat, kind: type[Command], **fields: object) -> None:
        back = self.pick([0, 0, 0, 0, 1, 5 * 60, 3 * 24 * 60])
        if back:
            fields["occurred_at"] = self.world.now - timedelta(minutes=back)
        self.world.give(hat, kind, **fields)

    def any_body(self, house: House) -> Stream:
        return self.pick(house.bodies)

    # What goes right, so that stories come to an end.

    def go_on(self, house: House, document: str) -> None:
        """Do the next right thing for the document."""
        state = state_of(house, document)
        match state.phase:
            case "DRAFT" | "RETURNED":
                submit(house, document)
            case "IN_REVIEW":
                stage = state.stage()
                assert stage is not None
                left = [b.body for b in stage.bodies if b.body not in state.concluded]
                body = self.pick(left)
                motion = self.pick(MOTIONS)
                self.conclude(house, document, body, motion)
            case "READY":
                is_head = state.rule == "19"
                self.attempt(
                    house.head if is_head else house.deputy,
                    ApproveDocument,
                    document_id=document,
                    **APPROVAL,
                )

    def go_far(self, house: House, document: str) -> None:
        for _ in range(self.pick([2, 4, 7])):
            self.go_on(house, document)

    def send(self, house: House, document: str) -> None:
        """Often the document is on its way before somebody acts on it."""
        waits = state_of(house, document).phase in ("DRAFT", "RETURNED")
        if waits and self.draw(st.integers(0, 3)):
            submit(house, document)

    def conclude(self, house: House, document: str, body: Stream, motion: str) -> None:
        if body.startswith("unit/"):
            conclude(house, document, body, motion)
            return
        sitting = decide_on(house, document, body, motion)
        self.sittings.append(sitting)
        record(house, document, sitting)

    # What may go wrong with a document.

    def approve(self, house: House, document: str) -> None:
        self.send(house, document)
        one = {"document_id": document, **APPROVAL}
        self.attempt(self.approver(house), ApproveDocument, **one)

    def sign(self, house: House, document: str) -> None:
        """All goes well until the document is ready; then anybody signs it."""
        if state_of(house, document).phase in ("DRAFT", "RETURNED"):
            submit(house, document)
        pass_review(house, document)
        self.attempt(
            self.approver(house), ApproveDocument, document_id=document, **APPROVAL
        )

    def cite_wrongly(self, house: House, document: str) -> None:
        """Hold the right meeting, and go wrong by one thing in citing it."""
        self.send(house, document)
        stage = state_of(house, document).stage()
        asked = [body.body for body in stage.bodies] if stage else []
        meet = [body for body in house.bodies if not body.startswith("unit/")]
        wrong = self.pick(["officer", "stage", "time", "word"])
        is_asked = wrong != "stage"
        body = self.pick([body for body in meet if (body in asked) == is_asked])
        sitting = decide_on(house, document, body)
        hat = self.somebody() if wrong == "officer" else sitting.officer
        citation = citing(house, document, sitting)
        if wrong == "time":  # after the vote was opened, before the meeting was held
            citation["occurred_at"] = self.world.now - timedelta(minutes=2)
        if wrong == "word":
            citation["conclusion"] = "RETURN"
        self.world.give(hat, RecordConclusion, **citation)

    def decline(self, house: House, document: str) -> None:
        one = {"document_id": document, "reason_ref": SALTED}
        self.attempt(self.approver(house), DeclineApproval, **one)

    def replan(self, house: House, document: str) -> None:
        """Often a body is lost first, so that there is something to plan anew."""
        self.send(house, document)
        if self.draw(st.booleans()):
            self.dissolve(house, document)
        one = {"document_id": document, "reasons_ref": SALTED}
        self.attempt(self.pick([house.deputy, self.somebody()]), ReplanRoute, **one)

    def finish(self, house: House, document: str) -> None:
        """All goes well until the document is approved by whom its rule names."""
        self.send(house, document)
        pass_review(house, document)
        approver = house.head if state_of(house, document).rule == "19" else None
        approve(house, document, approver or house.deputy)

    def annul(self, house: House, document: str) -> None:
        if state_of(house, document).phase != "APPROVED":
            self.finish(house, document)
        one = {"document_id": document, "act_no": "61", "reason_ref": SALTED}
        self.attempt(self.approver(house), AnnulDocument, **one)

    def draft_the_next(self, house: House, document: str) -> None:
        """Another revision of the series, which may come to supersede this one."""
        state = state_of(house, document)
        series, author = state.series, state.author
        name, person = f"revision at {self.world.now}", author.person_id
        fields = {"name": name, "teacher": person, "series_id": series}
        later = draft(house, state.kind, **fields)  # type: ignore[arg-type]  # of draft
        self.documents.append((house, later))

    def supersede(self, house: House, document: str) -> None:
        """By a later one of the series, or by any document at all."""
        if state_of(house, document).phase != "APPROVED":
            self.finish(house, document)
        if self.draw(st.booleans()):
            self.draft_the_next(house, document)
            self.finish(*self.documents[-1])
        _, other = self.pick([*self.documents, *self.documents[-1:] * 3])
        one = {"document_id": document, "superseded_by": other}
        self.attempt(house.head, SupersedeDocument, **one)

    def withdraw(self, house: House, document: str) -> None:
        colleague = house.teacher(BOLAT if house.bin == UNIVERSITY else OLGA)
        hat = self.pick([self.somebody(), colleague])
        self.attempt(hat, WithdrawDocument, document_id=document)

    def submit(self, house: House, document: str) -> None:
        self.attempt(self.somebody(), SubmitDocument, document_id=document)

    def revise(self, house: House, document: str) -> None:
        self.wordings += 1
        if state_of(house, document).phase == "IN_REVIEW":
            self.return_it(house, document)
        variants = [text(f"wording {self.wordings}")]
        one = {"document_id": document, "variants": variants}
        self.attempt(
            self.pick([house.deputy, self.somebody()]),
            ReviseContent,
            **one,
        )

    def return_it(self, house: House, document: str) -> None:
        stage = state_of(house, document).stage()
        assert stage is not None
        self.conclude(house, document, stage.bodies[0].body, "RETURN")

    def sit(self, house: House, document: str) -> None:
        """A meeting on the document, which may be annulled, called off, left open."""
        stage = state_of(house, document).stage()
        asked = [body.body for body in stage.bodies] if stage else []
        body = self.pick([*house.bodies, *asked * 4])
        if body.startswith("unit/"):
            return
        sitting = convene(house, body)
        self.sittings.append(sitting)
        sitting.place(document, self.pick(MOTIONS))
        if self.draw(st.integers(0, 9)) == 0:
            sitting.does(CallOff)
        members = members_of(house, body)
        there = members[: self.pick([len(members)] * 7 + [1])]
        sitting.open(*there)
        sitting.vote(1, self.draw(st.integers(0, len(there) + 1)))
        if self.draw(st.integers(0, 9)) == 0:
            sitting.does(AnnulVote, item=1, reason_ref=SALTED)
            sitting.vote(1, 1)
        if self.draw(st.integers(0, 2)):
            sitting.close()

    def sittings_of(self, house: House, document: str) -> list[Sitting]:
        """The meetings of bodies of the open stage that had the document before."""
        stage = state_of(house, document).stage()
        bodies = [body.body for body in stage.bodies] if stage else []
        of_it = {
            entry.stream
            for entry in self.world.log
            if isinstance(entry.event, ItemPlaced)
            and document in [one.document_id for one in entry.event.documents]
        }
        return [
            sitting
            for sitting in self.sittings
            if sitting.body in bodies and f"meeting/{sitting.meeting}" in of_it
        ]

    def cite(self, house: House, document: str) -> None:
        """Record any meeting at all as a conclusion on this document."""
        self.send(house, document)
        if self.draw(st.booleans()):
            self.sit(house, document)
        sitting = self.pick([*self.sittings, *self.sittings_of(house, document) * 3])
        hat = self.pick([sitting.officer, self.somebody()])
        citation = citing(house, document, sitting)
        if self.draw(st.integers(0, 3)) == 0:
            citation["body"] = self.any_body(house)
        if self.draw(st.integers(0, 5)) == 0:
            citation["conclusion"] = self.pick(MOTIONS)
        self.attempt(hat, RecordConclusion, **citation)

    def vote_early(self, house: House, document: str) -> None:
        """Vote on a text that nobody has submitted, and cite that vote later."""
        if state_of(house, document).phase == "IN_REVIEW":
            self.return_it(house, document)
        sitting = decide_on(house, document, house.bodies[0])
        self.sittings.append(sitting)
        submit(house, document)
        self.attempt(
            sitting.officer, RecordConclusion, **citing(house, document, sitting)
        )

    def cite_the_old_text(self, house: House, document: str) -> None:
        """Cite a meeting on the old text for the new one."""
        self.send(house, document)
        self.revise(house, document)
        submit(house, document)
        sitting = self.pick(self.sittings_of(house, document))
        self.attempt(
            sitting.officer, RecordConclusion, **citing(house, document, sitting)
        )

    def opine(self, house: House, document: str) -> None:
        """Say what the methodical unit concludes, in whatever capacity."""
        body = self.any_body(house)
        one: dict[str, object] = {"document_id": document, "body": body}
        one["content_hash"] = state_of(house, document).content_hash
        one["conclusion"] = self.pick(MOTIONS)
        self.attempt(self.somebody(), RecordConclusion, **one)

    # What changes in the houses meanwhile.

    def wait(self, _house: House, _document: str) -> None:
        self.world.later(days=self.draw(st.integers(1, 40)))

    def lose_a_member(self, house: House, _document: str) -> None:
        body = self.pick([b for b in house.bodies if not b.startswith("unit/")])
        who = self.pick(members_of(house, body))
        if body.startswith("council/"):
            one = {"bin": house.bin, "key": body.rpartition(".")[2], "person_id": who}
            self.attempt(house.head, RemoveFromCouncil, **one)
        else:
            self.attempt(house.head, RemoveMember, **member_of(house, who))

    def gain_a_member(self, house: House, _document: str) -> None:
        who = self.pick([*LAWYERS, *WELDERS])
        self.attempt(house.head, AddMember, **member_of(house, who))

    def dissolve(self, house: House, _document: str) -> None:
        body = self.any_body(house)
        if body.startswith("council/"):
            key = body.rpartition(".")[2]
            decision = mandate(house, key)
            one = {"bin": house.bin, "key": key, "decision_id": decision}
            self.attempt(house.head, DissolveCouncil, **one)
        elif body.startswith("unit/"):
            one = {"bin": house.bin, "unit_id": METHODICAL_UNIT, "act_no": "1"}
            self.attempt(house.head, CloseUnit, **one)
        else:
            one = {"bin": house.bin, "body_id": body.rpartition(".")[2], "act_no": "1"}
            self.attempt(house.head, DissolveBody, **one)

    def seat_again(self, house: House, _document: str) -> None:
        key = self.pick(["org", house.author_unit])
        members = LAWYERS if house.bin == UNIVERSITY else WELDERS
        seat_council(house, key, members)

    def form_another(self, house: House, _document: str) -> None:
        name = f"another-{len(self.world.log)}"
        is_led = self.draw(st.booleans())
        if house.bin == UNIVERSITY:
            form_department(house, name, LAWYERS)
            if is_led:
                appoint_department_head(house, name, LAWYERS[0])
        else:
            form_commission(house, name, WELDERS)
            if is_led:
                elect_chair(house, name, WELDERS[0])

    def open_methodical_unit(self, house: House, _document: str) -> None:
        open_unit(house, f"methods-{len(self.world.log)}", "EM_UNIT")

    def change_the_head(self, house: House, _document: str) -> None:
        """The head leaves one of these days; who followed has another stream."""
        leaves = self.world.now.date() - timedelta(
            days=self.draw(st.integers(-3, 3)),
        )
        for hat in (house.head, house.deputy):
            body = {"bin": house.bin, "person_id": hat.person, "appointment": 1}
            self.attempt(
                house.registrar,
                EndAppointment,
                **body,
                valid_to=max(leaves, MONDAY_DATE),
                order_no="1",
            )
        appoint(
            house,
            SYMBAT,
            "HEAD",
            by=house.registrar,
            valid_from=leaves + timedelta(days=1),
        )

    def let_somebody_act(self, house: House, _document: str) -> None:
        """Head, teacher or stranger acts as head or deputy for some days."""
        decision = decide_acting(house, f"acting {len(self.world.log)}")
        today = self.world.now.date()
        post = self.pick(["HEAD", "DEPUTY_HEAD_EM", "DEPUTY_HEAD_EM"])
        who = self.pick([house.head.person, house.deputy.person, SYMBAT, BOLAT])
        days = timedelta(days=self.draw(st.integers(0, 20)))
        hat = appoint_acting(house, who, post, decision, today, today + days)
        self.acting.append(hat)

    def carry_over(self, house: House, _document: str) -> None:
        """History is proposed and confirmed, by the right people or by others."""
        hats = [house.registrar, *[house.head] * 2, self.somebody()]
        proposer = self.pick([*[house.head] * 4, *hats])
        name = f"history {len(self.world.log)}"
        of_it = propose_document(
            house, name, by=proposer, document_id=named(self.pick(["old", name]))
        )
        confirm(house, of_it, by=self.pick([*[house.registrar] * 4, *hats]))


def member_of(house: House, who: PersonId) -> dict[str, object]:
    body = DEPARTMENT if house.bin == UNIVERSITY else COMMISSION
    token = body.rpartition(".")[2]
    return {"bin": house.bin, "body_id": token, "person_id": who}


STEPS = (
    [Story.go_far] * 3
    + [Story.go_on, Story.cite] * 4
    + [Story.sit, Story.revise, Story.approve, Story.cite_the_old_text] * 2
    + [Story.sign, Story.cite_wrongly] * 3
    + [Story.opine, Story.submit, Story.decline, Story.withdraw, Story.vote_early]
    + [Story.wait, Story.lose_a_member, Story.gain_a_member, Story.dissolve]
    + [Story.seat_again, Story.form_another, Story.open_methodical_unit]
    + [Story.change_the_head, Story.let_somebody_act, Story.carry_over]
    + [Story.annul, Story.supersede, Story.draft_the_next]
    + [Story.replan] * 2
)


@st.composite
def stories(draw: st.DrawFn) -> World:
    """A world in which a story was told; shrinking makes the story shorter."""
    return Story(draw).told()
