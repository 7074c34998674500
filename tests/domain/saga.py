"""One long story in which every command of the registry is accepted at least once."""

from datetime import date

from domain.association_commands import (
    ApplyForMembership,
    AppointLeader,
    DissolveAssociation,
    LeaveAssociation,
)
from domain.association_commands import RemoveMember as RemoveFromAssociation
from domain.carry_over_commands import RejectCarryOver
from domain.council_commands import DissolveCouncil, RemoveMember
from domain.document_commands import (
    AnnulDocument,
    DeclineApproval,
    ReplanRoute,
    ReviseContent,
    SubmitDocument,
    SupersedeDocument,
    WithdrawDocument,
)
from domain.meeting_commands import (
    AnnulVote,
    CallOff,
    MinuteMeeting,
    PlaceItem,
    PostponeItem,
    RecordDeparture,
    Recuse,
)
from domain.node import GrantOperator, RevokeOperator
from domain.organisation_commands import (
    AssignDirectLeadership,
    AssignSupervision,
    CloseOrganisation,
    CorrectRegistration,
    MoveOrganisation,
    RecordCharter,
    RenameOrganisation,
    SuspendOrganisation,
)
from domain.participation_commands import (
    ArrangeParticipation,
    EndParticipation,
    RefuseParticipation,
)
from domain.review_body_commands import (
    AddMember,
    AskOrganisation,
    DissolveBody,
    FormJointCommission,
    InviteSpecialist,
)
from domain.review_body_commands import RemoveMember as RemoveFromBody
from domain.staff import EndAppointment
from domain.unit import ActivateUnit, CloseUnit, CreateUnit
from tests.domain.given import (
    ASTANA,
    BOLAT,
    COLLEGE,
    COMMISSION,
    DAULET,
    DEPARTMENT,
    DINA,
    ERLAN,
    FACULTY_COUNCIL,
    FILE_HASH,
    GULNARA,
    JOINT,
    LAW,
    MADI,
    MONDAY_DATE,
    NEIGHBOUR,
    NEIGHBOURS_PART,
    NEW_YEAR,
    NURLAN,
    OLGA,
    PAVEL,
    RUSTEM,
    SYMBAT,
    UNIVERSITY,
    UNIVERSITY_COUNCIL,
    WELDERS,
    ZHANNA,
    House,
    a_university_and_a_college,
    appoint_acting,
    consent,
    decide_acting,
    elect_chair,
    form_commission,
    found_neighbour,
    mandate,
    propose_joint,
)
from tests.domain.history import (
    confirm,
    propose_chair,
    propose_council,
    propose_document,
)
from tests.domain.reviewing import (
    SALTED,
    a_ready,
    approve,
    conclude,
    convene,
    draft,
    pass_review,
    state_of,
    submit,
    text,
)
from tests.domain.scenario import World
from tests.domain.schools import (
    ASKAR,
    DINARA,
    ILYAS,
    KAMILA,
    found_school,
    lead_mo,
    named_mo,
    staff_school,
)

WELDING = {"bin": COLLEGE, "body_id": "welding"}


def a_saga() -> World:
    university, college = a_university_and_a_college()
    the_registration(university)
    the_charter(university)
    the_history(university)
    the_documents(university)
    the_regulation(university)
    the_route_planned_anew(university)
    a_lively_meeting(university)
    the_old_chair(college)
    the_joint_commission(college)
    the_commission(college)
    the_end(university, college)
    the_association(university.world)
    return university.world


def the_history(house: House) -> None:
    """A plan, a council and a chair of before the register, and what was refused."""
    confirm(house, propose_document(house))
    refused = propose_document(house, "hearsay")
    house.world.give(house.registrar, RejectCarryOver, **refused, reason_ref=SALTED)
    confirm(house, propose_council(house, "um", (BOLAT, GULNARA, ERLAN)))


def the_old_chair(house: House) -> None:
    body = form_commission(house, "old-welding", WELDERS[:3])
    confirm(house, propose_chair(house, body, NURLAN))


def the_registration(house: House) -> None:
    """The university is renamed and moves, and its entry is put right."""
    give, registrar = house.world.give, house.registrar
    act = {"bin": UNIVERSITY, "act_no": "188"}
    names = {"ru": "Университет имени Сатпаева", "kk": "Сәтбаев университеті"}
    give(registrar, RenameOrganisation, **act, names=names, valid_from=MONDAY_DATE)
    give(registrar, MoveOrganisation, **act, kato=ASTANA, valid_from=MONDAY_DATE)
    right = {"names": {**names, "en": "Satbayev University"}, "kind": "UNIVERSITY"}
    give(registrar, CorrectRegistration, **act, date=MONDAY_DATE, **right)


def the_charter(house: House) -> None:
    house.world.give(
        house.head,
        RecordCharter,
        bin=UNIVERSITY,
        number="1",
        date=NEW_YEAR,
        file_hash=FILE_HASH,
        clauses={"regulation_approvers": ["HEAD", "DEPUTY_HEAD_EM"]},
    )
    house.world.give(
        house.head, AssignDirectLeadership, bin=UNIVERSITY, person_id=DAULET
    )
    supervised = {"person_id": DAULET, "discipline_codes": [LAW]}
    house.world.give(house.head, AssignSupervision, bin=UNIVERSITY, **supervised)
    auditor = {"node": "local", "person_id": SYMBAT, "role": "AUDITOR"}
    house.world.give(house.registrar, GrantOperator, **auditor)
    decision = decide_acting(house)
    this_month = (MONDAY_DATE, date(2026, 1, 31))
    appoint_acting(house, house.head.person, "DEPUTY_HEAD_EM", decision, *this_month)
    house.world.give(house.registrar, RevokeOperator, node="local", grant=2)


def the_documents(house: House) -> None:
    """One is returned and approved in a second round, one declined and withdrawn."""
    document = draft(house)
    submit(house, document)
    pass_review(house, document, until=UNIVERSITY_COUNCIL)
    conclude(house, document, UNIVERSITY_COUNCIL, "RETURN")
    second = [text("second wording"), text("екінші нұсқа", "kk")]
    one = {"document_id": document}
    house.world.give(house.deputy, ReviseContent, **one, variants=second)
    house.world.give(house.deputy, SubmitDocument, **one)
    pass_review(house, document)
    approve(house, document)
    house.world.later(days=1)
    the_next_revision(house, document)
    other = {"document_id": a_ready(house, kind="LESSON_PLAN", teacher=BOLAT)}
    house.world.give(house.deputy, DeclineApproval, **other, reason_ref=SALTED)
    house.world.give(house.teacher(BOLAT), WithdrawDocument, **other)


def the_next_revision(house: House, first: str) -> None:
    """A later plan of the series takes the place of the first, and is annulled."""
    series = state_of(house, first).series
    second = a_ready(house, name="next plan", series_id=series)
    approve(house, second)
    give, head = house.world.give, house.head
    give(head, SupersedeDocument, document_id=first, superseded_by=second)
    act = {"act_no": "61", "reason_ref": SALTED}
    give(head, AnnulDocument, document_id=second, **act)


def the_regulation(house: House) -> None:
    """A new methodical unit prepares its regulation here; no body concludes on it."""
    unit = {"bin": UNIVERSITY, "unit_id": "quality"}
    names = {"ru": "Отдел качества"}
    house.world.give(house.head, CreateUnit, **unit, kind="EM_UNIT", names=names)
    author = {"kind": "UNIT", "unit_id": "quality"}
    approve(house, a_ready(house, kind="UNIT_REGULATION", author=author))
    house.world.give(house.head, ActivateUnit, **unit)
    house.world.give(house.head, CloseUnit, **unit, act_no="5")


def the_route_planned_anew(house: House) -> None:
    """The council of the faculty loses its chair while a plan waits for it."""
    document = draft(house, name="a third plan")
    submit(house, document)
    pass_review(house, document, until=FACULTY_COUNCIL)
    council = {"bin": UNIVERSITY, "key": FACULTY_COUNCIL.rpartition(".")[2]}
    house.world.give(house.head, RemoveMember, **council, person_id=BOLAT)
    one = {"document_id": document, "reasons_ref": SALTED}
    house.world.give(house.deputy, ReplanRoute, **one)
    house.world.give(house.deputy, WithdrawDocument, document_id=document)


def a_lively_meeting(house: House) -> None:
    """With a recusal, a departure, an annulled vote, a postponed item and minutes."""
    sitting = convene(house, UNIVERSITY_COUNCIL)
    sitting.place(draft(house, name="another plan"))
    sitting.does(PlaceItem, kind="OTHER")
    sitting.open(DAULET, BOLAT, GULNARA, ERLAN, ZHANNA)
    sitting.does(RecordDeparture, person_id=ZHANNA)
    sitting.does(Recuse, item=1, person_id=DAULET)
    sitting.vote(1, 1, 1)
    sitting.does(AnnulVote, item=1, reason_ref=SALTED)
    sitting.vote(1, 3)
    sitting.does(PostponeItem, item=2, reason_ref=SALTED)
    sitting.close()
    sitting.does(MinuteMeeting, minutes_ref=SALTED, signed_by=[DAULET, ZHANNA])
    convene(house, DEPARTMENT).does(CallOff, reason_ref=SALTED)


def the_commission(house: House) -> None:
    """A specialist is engaged, a member leaves and another comes, all is dissolved."""
    give, head = house.world.give, house.head
    engaged = {"person_id": SYMBAT, "category": "ENTERPRISE"}
    give(house.officer(COMMISSION), InviteSpecialist, **WELDING, **engaged)
    give(head, RemoveFromBody, **WELDING, person_id=PAVEL)
    give(head, AddMember, **WELDING, person_id=RUSTEM)
    give(head, DissolveBody, **WELDING, act_no="8")
    leaving = {"bin": COLLEGE, "person_id": PAVEL, "appointment": 1}
    give(head, EndAppointment, **leaving, valid_to=MONDAY_DATE, order_no="14-к")


def the_joint_commission(college: House) -> None:
    """The neighbour refuses, is asked again, takes part, sends more, and leaves."""
    neighbour = found_neighbour(college.world)
    propose_joint(college, (OLGA, PAVEL))
    give, host, guest = college.world.give, college.head, neighbour.head
    give(guest, RefuseParticipation, **NEIGHBOURS_PART, reason_ref=SALTED)
    give(host, AskOrganisation, **JOINT, organisation=NEIGHBOUR)
    consent(neighbour, MADI)
    give(host, FormJointCommission, **JOINT)
    give(guest, ArrangeParticipation, **NEIGHBOURS_PART, person_ids=[DINA])
    elect_chair(college, "joint-welding", DINA)
    methods = draft(neighbour, "METHODICAL_GUIDELINES", name="methods", teacher=MADI)
    submit(neighbour, methods)
    give(guest, EndParticipation, **NEIGHBOURS_PART, act_no="4")


def the_end(university: House, college: House) -> None:
    give, head = university.world.give, university.head
    council = {"bin": UNIVERSITY, "key": FACULTY_COUNCIL.rpartition(".")[2]}
    give(head, RemoveMember, **council, person_id=ERLAN)
    decision = mandate(university, "org")
    give(head, DissolveCouncil, **council, decision_id=decision)
    give(head, CloseUnit, bin=UNIVERSITY, unit_id="methods", act_no="9")
    leaving = {"bin": UNIVERSITY, "person_id": head.person, "appointment": 1}
    last_day = {"valid_to": MONDAY_DATE, "order_no": "15-к"}
    give(university.registrar, EndAppointment, **leaving, **last_day)
    act = {"bin": COLLEGE, "act_no": "3"}
    give(college.registrar, SuspendOrganisation, **act)
    give(college.registrar, CloseOrganisation, **act)


def the_association(world: World) -> None:
    """One is elected, another appointed, one takes an application back, one leaves."""
    school = lead_mo(staff_school(found_school(world)))
    mo = named_mo(school)
    for command in (ApplyForMembership, LeaveAssociation, ApplyForMembership):
        world.give(school.teacher(ILYAS), command, **mo)
    world.give(school.teacher(KAMILA), LeaveAssociation, **mo)
    world.later(days=1)
    next_leader = {"person_id": ASKAR, "order_no": "21-к"}
    world.give(school.head, AppointLeader, **mo, **next_leader)
    world.give(school.head, RemoveFromAssociation, **mo, person_id=DINARA)
    world.give(school.head, DissolveAssociation, **mo, act_no="31-П")
