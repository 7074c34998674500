"""The registry: every stored name, its scope and owner, and every command's door."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from domain import (
    association,
    association_commands,
    association_events,
    association_state,
    carry_over,
    carry_over_commands,
    carry_over_events,
    council,
    council_commands,
    council_events,
    council_state,
    document,
    document_commands,
    document_events,
    document_state,
    meeting,
    meeting_commands,
    meeting_events,
    meeting_state,
    minutes,
    node,
    office,
    organisation,
    organisation_commands,
    organisation_events,
    organisation_state,
    participation,
    participation_commands,
    participation_events,
    participation_state,
    review_body,
    review_body_commands,
    review_body_events,
    review_body_state,
    review_request,
    series,
    staff,
    staff_events,
    staff_state,
    unit,
)
from domain.decider import Batch, Command, Event, Mark, Place
from domain.identifiers import NODE, Stream
from domain.surroundings import Surroundings

PUBLIC = "pub"
OWN = "own"


@dataclass(frozen=True)
class Aggregate:
    """How the streams of one kind are decided and folded; `kind` is their prefix.

    `decide` refuses or returns events, `evolve` folds and never refuses; a stream
    without events has the state None. `decide` is None where only other aggregates
    write the stream. `is_indexed`: the registry index finds such streams by owner and
    kind.
    """

    kind: str
    decide: Callable[[Any, Any, Surroundings], Any] | None  # one union per aggregate
    evolve: Callable[[Any, Any, Mark], Any]  # likewise
    place: Callable[[Any], Place]  # likewise
    is_indexed: bool = False


AGGREGATES: dict[str, Aggregate] = {
    aggregate.kind: aggregate
    for aggregate in (
        Aggregate("node", node.decide, node.evolve, node.place),
        Aggregate(
            "organisation",
            organisation.decide,
            organisation_state.evolve,
            organisation_state.place,
        ),
        Aggregate("staff", staff.decide, staff_state.evolve, staff_state.place),
        Aggregate("office", None, office.evolve, office.place),
        Aggregate("unit", unit.decide, unit.evolve, unit.place, is_indexed=True),
        Aggregate(
            "review-body",
            review_body.decide,
            review_body_state.evolve,
            review_body_state.place,
            is_indexed=True,
        ),
        Aggregate(
            "participation",
            participation.decide,
            participation_state.evolve,
            participation_state.place,
            is_indexed=True,
        ),
        Aggregate(
            "council",
            council.decide,
            council_state.evolve,
            council_state.place,
            is_indexed=True,
        ),
        Aggregate(
            "association",
            association.decide,
            association_state.evolve,
            association_state.place,
            is_indexed=True,
        ),
        Aggregate("meeting", meeting.decide, meeting_state.evolve, meeting_state.place),
        Aggregate("minutes", None, minutes.evolve, minutes.place),
        Aggregate(
            "document", document.decide, document_state.evolve, document_state.place
        ),
        Aggregate("carry-over", carry_over.decide, carry_over.evolve, carry_over.place),
        Aggregate("series", None, series.evolve, series.place),
        Aggregate("review-request", None, review_request.evolve, review_request.place),
    )
}

# The closed table: every stored name, and who may read it. All these belong to the
# owner of their stream; drafts, remarks, votes and staff are never public.
SCOPES: dict[type[Event], str] = {
    node.OperatorGranted: OWN,
    node.OperatorRevoked: OWN,
    organisation_events.OrganisationRegistered: PUBLIC,
    organisation_events.OrganisationRenamed: PUBLIC,
    organisation_events.OrganisationMoved: PUBLIC,
    organisation_events.RegistrationCorrected: PUBLIC,
    organisation_events.LevelsDeclared: PUBLIC,
    organisation_events.OrganisationActivated: PUBLIC,
    organisation_events.OrganisationSuspended: PUBLIC,
    organisation_events.OrganisationClosed: PUBLIC,
    organisation_events.CharterRecorded: PUBLIC,
    organisation_events.GoverningDecisionRecorded: PUBLIC,
    organisation_events.MethodistNumberSet: PUBLIC,
    organisation_events.DirectLeadershipAssigned: OWN,
    organisation_events.SupervisionAssigned: OWN,
    staff_events.StaffAppointed: OWN,
    staff_events.ActingAppointed: OWN,
    staff_events.AppointmentEnded: OWN,
    office.OfficeSeated: OWN,
    office.OfficeVacated: OWN,
    unit.UnitCreated: PUBLIC,
    unit.RegulationApproved: PUBLIC,
    unit.UnitActivated: PUBLIC,
    unit.UnitClosed: PUBLIC,
    review_body_events.ReviewBodyFormed: PUBLIC,
    review_body_events.JointCommissionProposed: OWN,
    review_body_events.OrganisationAsked: OWN,
    review_body_events.OrganisationJoined: PUBLIC,
    review_body_events.OrganisationDeclined: OWN,
    review_body_events.OrganisationLeft: PUBLIC,
    review_body_events.JointCommissionFormed: PUBLIC,
    review_body_events.BodyMemberAdded: PUBLIC,
    review_body_events.BodyMemberRemoved: PUBLIC,
    review_body_events.BodyFellBelowMinimum: PUBLIC,
    review_body_events.BodyReachedMinimum: PUBLIC,
    review_body_events.ChairElected: PUBLIC,
    review_body_events.ChairCarriedOver: PUBLIC,
    review_body_events.DepartmentHeadAppointed: PUBLIC,
    review_body_events.SpecialistInvited: OWN,
    review_body_events.ReviewBodyDissolved: PUBLIC,
    participation_events.ParticipationRequested: OWN,
    participation_events.ParticipationConsented: OWN,
    participation_events.ParticipationRefused: OWN,
    participation_events.ParticipationArranged: OWN,
    participation_events.ParticipationEnded: OWN,
    council_events.CouncilEstablished: PUBLIC,
    council_events.CouncilCarriedOver: PUBLIC,
    council_events.CouncilMemberElected: PUBLIC,
    council_events.CouncilMemberRemoved: PUBLIC,
    council_events.CouncilConstituted: PUBLIC,
    council_events.CouncilChairSeated: PUBLIC,
    council_events.CouncilSecretarySeated: PUBLIC,
    council_events.CouncilDissolved: PUBLIC,
    association_events.AssociationInitiated: PUBLIC,
    association_events.MembershipApplied: OWN,
    association_events.ApplicationWithdrawn: OWN,
    association_events.MemberJoined: PUBLIC,
    association_events.MemberLeft: PUBLIC,
    association_events.AssociationEstablished: PUBLIC,
    association_events.AssociationActivated: PUBLIC,
    association_events.LeaderElected: PUBLIC,
    association_events.LeaderAppointed: PUBLIC,
    association_events.AssociationDissolved: PUBLIC,
    meeting_events.MeetingPlanned: OWN,
    meeting_events.MeetingConvened: OWN,
    meeting_events.ItemPlaced: OWN,
    meeting_events.ItemPostponed: OWN,
    meeting_events.MeetingOpened: OWN,
    meeting_events.MemberArrived: OWN,
    meeting_events.MemberDeparted: OWN,
    meeting_events.MemberRecused: OWN,
    meeting_events.VoteOpened: OWN,
    meeting_events.VoteClosed: OWN,
    meeting_events.VoteAnnulled: OWN,
    meeting_events.MeetingHeld: OWN,
    meeting_events.MeetingMinuted: OWN,
    meeting_events.MeetingNotHeld: OWN,
    minutes.MinutesNumbered: OWN,
    document_events.DocumentDrafted: OWN,
    document_events.DocumentRevised: OWN,
    document_events.DocumentSubmitted: OWN,
    document_events.StageOpened: OWN,
    document_events.ConclusionRecorded: OWN,
    document_events.StagePassed: OWN,
    document_events.DocumentReady: OWN,
    document_events.DocumentReturned: OWN,
    document_events.DocumentApproved: PUBLIC,
    document_events.DocumentCarriedOver: PUBLIC,
    document_events.DocumentWithdrawn: OWN,
    carry_over_events.DocumentProposed: OWN,
    carry_over_events.CouncilProposed: OWN,
    carry_over_events.ChairProposed: OWN,
    carry_over_events.CarryOverConfirmed: OWN,
    carry_over_events.CarryOverRejected: OWN,
    document_events.RouteReplanned: OWN,
    document_events.DocumentSuperseded: PUBLIC,
    document_events.DocumentAnnulled: PUBLIC,
    document_events.ReviewRequested: OWN,
    series.SeriesRevisionOpened: OWN,
    series.SeriesRevisionApproved: OWN,
    series.SeriesRevisionWithdrawn: OWN,
}

EVENTS: dict[str, type[Event]] = {event.tag: event for event in SCOPES}


def _organisation(command: Any) -> Stream:  # every command of the family has a bin
    return organisation_state.stream_of(command.bin)


def _staff(command: staff.StaffCommand) -> Stream:
    return staff_state.stream_of(command.bin, command.person_id)


def _unit(command: unit.UnitCommand) -> Stream:
    return unit.reference(command.bin, command.unit_id)


def _review_body(command: review_body_commands.ReviewBodyCommand) -> Stream:
    return review_body_state.reference(command.bin, command.body_id)


def _participation(command: participation_commands.ParticipationCommand) -> Stream:
    return participation_events.stream_of(command.bin, command.host, command.body_id)


def _council(command: council_commands.CouncilCommand) -> Stream:
    return council_state.reference(command.bin, command.key)


def _association(command: association_commands.AssociationCommand) -> Stream:
    return association_state.reference(command.bin, command.association_id)


def _meeting(command: meeting_commands.MeetingCommand) -> Stream:
    return meeting_state.stream_of(command.meeting_id)


def _document(command: document_commands.DocumentCommand) -> Stream:
    return document_state.stream_of(command.document_id)


def _carry_over(command: carry_over_commands.CarryOverCommand) -> Stream:
    return carry_over.stream_of(command.bin, command.carry_over_id)


def _node(command: node.NodeCommand) -> Stream:
    return node.stream_of(command.node)


# Which stream a command is decided on.
STREAM_OF: dict[type[Command], Callable[[Any], Stream]] = {
    node.GrantOperator: _node,
    node.RevokeOperator: _node,
    organisation_commands.RegisterOrganisation: _organisation,
    organisation_commands.RenameOrganisation: _organisation,
    organisation_commands.MoveOrganisation: _organisation,
    organisation_commands.CorrectRegistration: _organisation,
    organisation_commands.DeclareLevels: _organisation,
    organisation_commands.ActivateOrganisation: _organisation,
    organisation_commands.SuspendOrganisation: _organisation,
    organisation_commands.CloseOrganisation: _organisation,
    organisation_commands.RecordCharter: _organisation,
    organisation_commands.RecordGoverningDecision: _organisation,
    organisation_commands.SetMethodistNumber: _organisation,
    organisation_commands.AssignDirectLeadership: _organisation,
    organisation_commands.AssignSupervision: _organisation,
    staff.AppointStaff: _staff,
    staff.AppointActing: _staff,
    staff.EndAppointment: _staff,
    unit.CreateUnit: _unit,
    unit.ApproveRegulation: _unit,
    unit.ActivateUnit: _unit,
    unit.CloseUnit: _unit,
    review_body_commands.FormCommission: _review_body,
    review_body_commands.FormDepartment: _review_body,
    review_body_commands.ProposeJointCommission: _review_body,
    review_body_commands.AskOrganisation: _review_body,
    review_body_commands.FormJointCommission: _review_body,
    review_body_commands.AddMember: _review_body,
    review_body_commands.RemoveMember: _review_body,
    review_body_commands.ElectChair: _review_body,
    review_body_commands.AppointDepartmentHead: _review_body,
    review_body_commands.InviteSpecialist: _review_body,
    review_body_commands.DissolveBody: _review_body,
    participation_commands.ConsentToParticipation: _participation,
    participation_commands.RefuseParticipation: _participation,
    participation_commands.ArrangeParticipation: _participation,
    participation_commands.EndParticipation: _participation,
    council_commands.EstablishCouncil: _council,
    council_commands.ElectMember: _council,
    council_commands.RemoveMember: _council,
    council_commands.ConstituteCouncil: _council,
    council_commands.DissolveCouncil: _council,
    association_commands.InitiateAssociation: _association,
    association_commands.ApplyForMembership: _association,
    association_commands.AcceptMember: _association,
    association_commands.LeaveAssociation: _association,
    association_commands.RemoveMember: _association,
    association_commands.EstablishAssociation: _association,
    association_commands.ActivateAssociation: _association,
    association_commands.ElectLeader: _association,
    association_commands.AppointLeader: _association,
    association_commands.DissolveAssociation: _association,
    meeting_commands.PlanMeeting: _meeting,
    meeting_commands.ConveneMeeting: _meeting,
    meeting_commands.PlaceItem: _meeting,
    meeting_commands.PostponeItem: _meeting,
    meeting_commands.OpenMeeting: _meeting,
    meeting_commands.RecordArrival: _meeting,
    meeting_commands.RecordDeparture: _meeting,
    meeting_commands.Recuse: _meeting,
    meeting_commands.OpenVote: _meeting,
    meeting_commands.CloseVote: _meeting,
    meeting_commands.AnnulVote: _meeting,
    meeting_commands.CloseMeeting: _meeting,
    meeting_commands.MinuteMeeting: _meeting,
    meeting_commands.CallOff: _meeting,
    document_commands.CreateDocument: _document,
    document_commands.ReviseContent: _document,
    document_commands.SubmitDocument: _document,
    document_commands.RecordConclusion: _document,
    document_commands.ApproveDocument: _document,
    document_commands.DeclineApproval: _document,
    document_commands.WithdrawDocument: _document,
    carry_over_commands.ProposeDocument: _carry_over,
    carry_over_commands.ProposeCouncil: _carry_over,
    carry_over_commands.ProposeChair: _carry_over,
    carry_over_commands.ConfirmCarryOver: _carry_over,
    carry_over_commands.RejectCarryOver: _carry_over,
    document_commands.ReplanRoute: _document,
    document_commands.SupersedeDocument: _document,
    document_commands.AnnulDocument: _document,
}

# What a batch is: commands, each decided by itself.
COMMANDS_OF: dict[type[Batch], Callable[[Any], list[Command]]] = {
    document_commands.RecordBatchConclusion: document_commands.conclusions_of,
}

BATCHES: dict[str, type[Batch]] = {batch.tag: batch for batch in COMMANDS_OF}

COMMANDS: dict[str, type[Command]] = {command.tag: command for command in STREAM_OF}


def kind_of(stream: str) -> str:
    """The aggregate that a stream belongs to: what stands before the slash."""
    return stream.partition("/")[0]


def stream_of(command: Command) -> Stream:
    """The stream that a command is decided on."""
    return STREAM_OF[type(command)](command)


def owner_of(command: Command, state: object | None) -> str:
    """Whose business a command is: its stream's owner, else the BIN it names.

    A meeting is planned for a body, whose stream names the owner.
    """
    if isinstance(command, node.GrantOperator | node.RevokeOperator):
        return NODE
    if state is not None:
        return AGGREGATES[kind_of(stream_of(command))].place(state).owner
    if isinstance(command, meeting_commands.PlanMeeting):
        return command.body.partition("/")[2].partition(".")[0]
    named = getattr(command, "bin", None)
    return named if isinstance(named, str) else ""


def sets_kato(event: Event) -> str | None:
    """The territory of the owner from this event on, where the event changes it."""
    match event:
        case organisation_events.OrganisationRegistered(kato=kato):
            return kato
        case organisation_events.OrganisationMoved(kato=kato):
            return kato
        case organisation_events.RegistrationCorrected(kato=kato):
            return kato
    return None


def sets_levels(event: Event) -> tuple[str, ...] | None:
    """The levels of the owner from this event on, where the event changes them."""
    if isinstance(event, organisation_events.LevelsDeclared):
        return event.levels
    return None


_encoder = msgspec.json.Encoder()
_decoders = {tag: msgspec.json.Decoder(event) for tag, event in EVENTS.items()}


def encode(event: Event) -> bytes:
    """The event's own JSON, as it stands in `data`."""
    return _encoder.encode(event)


def decode(tag: str, data: bytes | msgspec.Raw) -> Event:
    """The event under a stored name; KeyError where no such name is known.

    Old versions are lifted to the newest shape here, never in the store.
    """
    return _decoders[tag].decode(data)
