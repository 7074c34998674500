"""The registry: every stored name, its scope and owner, and every command's door."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from domain import (
    council,
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
    review_body,
    review_request,
    series,
    staff,
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

    `decide` is None where only other aggregates write the stream. `is_indexed`: the
    registry index finds such streams by owner and kind.
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
            organisation.evolve,
            organisation.place,
        ),
        Aggregate("staff", staff.decide, staff.evolve, staff.place),
        Aggregate("office", None, office.evolve, office.place),
        Aggregate("unit", unit.decide, unit.evolve, unit.place, is_indexed=True),
        Aggregate(
            "review-body",
            review_body.decide,
            review_body.evolve,
            review_body.place,
            is_indexed=True,
        ),
        Aggregate(
            "council", council.decide, council.evolve, council.place, is_indexed=True
        ),
        Aggregate("meeting", meeting.decide, meeting_state.evolve, meeting_state.place),
        Aggregate("minutes", None, minutes.evolve, minutes.place),
        Aggregate(
            "document", document.decide, document_state.evolve, document_state.place
        ),
        Aggregate("series", None, series.evolve, series.place),
        Aggregate("review-request", None, review_request.evolve, review_request.place),
    )
}

# The closed table: every stored name, and who may read it. All these belong to the
# owner of their stream; drafts, remarks, votes and staff are never public.
SCOPES: dict[type[Event], str] = {
    node.OperatorGranted: OWN,
    node.OperatorRevoked: OWN,
    organisation.OrganisationRegistered: PUBLIC,
    organisation.LevelsDeclared: PUBLIC,
    organisation.OrganisationActivated: PUBLIC,
    organisation.OrganisationSuspended: PUBLIC,
    organisation.OrganisationClosed: PUBLIC,
    organisation.CharterRecorded: PUBLIC,
    organisation.GoverningDecisionRecorded: PUBLIC,
    organisation.MethodistNumberSet: PUBLIC,
    organisation.DirectLeadershipAssigned: OWN,
    staff.StaffAppointed: OWN,
    staff.AppointmentEnded: OWN,
    office.OfficeSeated: OWN,
    office.OfficeVacated: OWN,
    unit.UnitCreated: PUBLIC,
    unit.RegulationApproved: PUBLIC,
    unit.UnitActivated: PUBLIC,
    unit.UnitClosed: PUBLIC,
    review_body.ReviewBodyFormed: PUBLIC,
    review_body.BodyMemberAdded: PUBLIC,
    review_body.BodyMemberRemoved: PUBLIC,
    review_body.BodyFellBelowMinimum: PUBLIC,
    review_body.BodyReachedMinimum: PUBLIC,
    review_body.ChairElected: PUBLIC,
    review_body.DepartmentHeadAppointed: PUBLIC,
    review_body.SpecialistInvited: OWN,
    review_body.ReviewBodyDissolved: PUBLIC,
    council.CouncilEstablished: PUBLIC,
    council.CouncilMemberElected: PUBLIC,
    council.CouncilMemberRemoved: PUBLIC,
    council.CouncilConstituted: PUBLIC,
    council.CouncilChairSeated: PUBLIC,
    council.CouncilSecretarySeated: PUBLIC,
    council.CouncilDissolved: PUBLIC,
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
    document_events.DocumentWithdrawn: OWN,
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
    return organisation.stream_of(command.bin)


def _staff(command: staff.StaffCommand) -> Stream:
    return staff.stream_of(command.bin, command.person_id)


def _unit(command: unit.UnitCommand) -> Stream:
    return unit.reference(command.bin, command.unit_id)


def _review_body(command: review_body.ReviewBodyCommand) -> Stream:
    return review_body.reference(command.bin, command.body_id)


def _council(command: council.CouncilCommand) -> Stream:
    return council.reference(command.bin, command.key)


def _meeting(command: meeting_commands.MeetingCommand) -> Stream:
    return meeting_state.stream_of(command.meeting_id)


def _document(command: document_commands.DocumentCommand) -> Stream:
    return document_state.stream_of(command.document_id)


def _node(command: node.NodeCommand) -> Stream:
    return node.stream_of(command.node)


# Which stream a command is decided on.
STREAM_OF: dict[type[Command], Callable[[Any], Stream]] = {
    node.GrantOperator: _node,
    node.RevokeOperator: _node,
    organisation.RegisterOrganisation: _organisation,
    organisation.DeclareLevels: _organisation,
    organisation.ActivateOrganisation: _organisation,
    organisation.SuspendOrganisation: _organisation,
    organisation.CloseOrganisation: _organisation,
    organisation.RecordCharter: _organisation,
    organisation.RecordGoverningDecision: _organisation,
    organisation.SetMethodistNumber: _organisation,
    organisation.AssignDirectLeadership: _organisation,
    staff.AppointStaff: _staff,
    staff.EndAppointment: _staff,
    unit.CreateUnit: _unit,
    unit.ApproveRegulation: _unit,
    unit.ActivateUnit: _unit,
    unit.CloseUnit: _unit,
    review_body.FormCommission: _review_body,
    review_body.FormDepartment: _review_body,
    review_body.AddMember: _review_body,
    review_body.RemoveMember: _review_body,
    review_body.ElectChair: _review_body,
    review_body.AppointDepartmentHead: _review_body,
    review_body.InviteSpecialist: _review_body,
    review_body.DissolveBody: _review_body,
    council.EstablishCouncil: _council,
    council.ElectMember: _council,
    council.RemoveMember: _council,
    council.ConstituteCouncil: _council,
    council.DissolveCouncil: _council,
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
    if isinstance(event, organisation.OrganisationRegistered):
        return event.kato
    return None


def sets_levels(event: Event) -> tuple[str, ...] | None:
    """The levels of the owner from this event on, where the event changes them."""
    if isinstance(event, organisation.LevelsDeclared):
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
