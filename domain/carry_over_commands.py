"""What may be asked about history from before the register."""

from typing import ClassVar

from domain.carry_over_events import OldChair, OldCouncil, OldDocument
from domain.decider import Command
from domain.identifiers import Bin, CarryOverId, ContentRef
from domain.provenance import OldAct


class ProposeDocument(Command, frozen=True, kw_only=True):
    """Propose to carry over a document approved before the organisation's entry."""

    tag: ClassVar[str] = "carry-over.propose-document"
    bin: Bin
    carry_over_id: CarryOverId
    act: OldAct
    document: OldDocument


class ProposeCouncil(Command, frozen=True, kw_only=True):
    """Propose to carry over a sitting council, by the act of its mandate."""

    tag: ClassVar[str] = "carry-over.propose-council"
    bin: Bin
    carry_over_id: CarryOverId
    act: OldAct
    council: OldCouncil


class ProposeChair(Command, frozen=True, kw_only=True):
    """Propose to carry over the chair of a commission, by the act of the election."""

    tag: ClassVar[str] = "carry-over.propose-chair"
    bin: Bin
    carry_over_id: CarryOverId
    act: OldAct
    chair: OldChair


class ConfirmCarryOver(Command, frozen=True, kw_only=True):
    """Enter what the head proposed: by the registrar, who is somebody else."""

    tag: ClassVar[str] = "carry-over.confirm"
    bin: Bin
    carry_over_id: CarryOverId


class RejectCarryOver(Command, frozen=True, kw_only=True):
    """Refuse what the head proposed, for a reason."""

    tag: ClassVar[str] = "carry-over.reject"
    bin: Bin
    carry_over_id: CarryOverId
    reason_ref: ContentRef


CarryOverCommand = (
    ProposeDocument | ProposeCouncil | ProposeChair | ConfirmCarryOver | RejectCarryOver
)
