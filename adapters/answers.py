"""What a question about documents and organisations is, and what its answer holds."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from domain.decider import Refusal
from domain.document_parts import Variant
from domain.identifiers import Bin, PersonId, Stream, UnitId
from projections.org_directory import OrganisationRow

LARGEST_POSITION = 2**53 - 1
"""What every reader of JSON can hold as a number."""

Token = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]
Region = Annotated[str, Meta(pattern=r"^[0-9]{2}(0{7})?$")]
Territory = Annotated[str, Meta(pattern=r"^[0-9]{2}([0-9]{2}|[0-9]{7})?$")]
Days = Annotated[int, Meta(ge=0, le=36_500)]
Position = Annotated[int, Meta(ge=0, le=LARGEST_POSITION)]
PageSize = Annotated[int, Meta(ge=1, le=200)]
Cursor = Annotated[str, Meta(max_length=400)]


class DocumentFilter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which documents. A filter by what one may not see finds nothing.

    `org` is the owner, `territory` a KATO code or its first 2 or 4 digits. `scope`
    narrows to one's own, what one supervises (rules 5, 22), what lies before one's
    bodies, or what is public. `author` and `unit` prepared it. `body` is one whose turn
    it is, `awaits` one that has not concluded positively yet, whosever turn it is;
    `approver` a role that may approve it; `approved_since` and `approved_until` are
    days in Kazakhstan. `older_than` and `stage_older_than` are
    days: in its state, in its open stage.
    """

    org: Bin | None = None
    kind: Token | None = None
    state: Token | None = None
    level: Token | None = None
    body: Stream | None = None
    scope: Literal["own", "supervised", "reviewed", "public"] | None = None
    territory: Territory | None = None
    rule: Annotated[str, Meta(pattern=r"^[0-9]{1,2}$")] | None = None
    profile: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,60}$")] | None = None
    academic_year: Annotated[str, Meta(pattern=r"^20[0-9]{2}-20[0-9]{2}$")] | None = (
        None
    )
    author: PersonId | None = None
    unit: UnitId | None = None
    awaits: Stream | None = None
    approver: Token | None = None
    self_review: bool | None = None
    approved_since: date | None = None
    approved_until: date | None = None
    older_than: Days | None = None
    stage_older_than: Days | None = None


class DocumentQuery(
    DocumentFilter, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """Which documents (see the filters), in which order, and from where on.

    `on_agenda` goes with `body`: whether it stands on the agenda of a meeting of that
    body that is not over. `to_replan`: a body that must still conclude cannot.
    `order=position` follows the changes: what changes again comes again. `after`
    waits until the views show that position. `cursor` is the `next` of a page.
    """

    on_agenda: bool | None = None
    to_replan: bool | None = None
    order: Literal["organisation", "position"] = "organisation"
    limit: PageSize = 50
    cursor: Cursor | None = None
    after: Position | None = None


class OneQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One document or organisation, once the views show position `after`."""

    after: Position | None = None


class OrganisationQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which organisations: `region` is a KATO code, `75` or `750000000`."""

    region: Region | None = None
    kind: Token | None = None
    level: Token | None = None
    limit: PageSize = 50
    cursor: Cursor | None = None
    after: Position | None = None


class RefusalQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which refusals, the newest first: of one code, older than the id `before`.

    `role` is that of the actor: SYSTEM for what the policies of the node asked.
    """

    code: Annotated[str, Meta(pattern=r"^[A-Z0-9-]{1,60}$")] | None = None
    role: Annotated[str, Meta(pattern=r"^[A-Z_]{1,60}$")] | None = None
    limit: PageSize = 50
    before: Position | None = None


class BodyAnswer(Struct, frozen=True, kw_only=True):
    """A body of the frozen route, and its latest conclusion on this version.

    `needs` is POSITIVE, or CONSIDERED where any conclusion but RETURN will do.
    """

    body: str
    kind: str
    owner: str
    needs: str
    stage_no: int
    name_ru: str
    name_kk: str | None
    conclusion: str | None


class StageAnswer(Struct, frozen=True, kw_only=True):
    """What one body did in one round; or why a stage was skipped.

    Votes, remarks and the meeting are for the document's organisation and for that of
    the body.
    """

    round: int
    stage_no: int
    body: str
    version: int | None
    body_kind: str | None
    body_name_ru: str | None
    body_name_kk: str | None
    body_org: str | None
    is_joint: bool
    needs: str | None
    opened_at: datetime | None
    conclusion: str | None
    concluded_at: datetime | None
    conclusion_hash: str | None
    skipped: bool
    skip_reason: str | None
    meeting_id: str | UnsetType | None = UNSET
    item: int | UnsetType | None = UNSET
    votes_for: int | UnsetType | None = UNSET
    votes_against: int | UnsetType | None = UNSET
    votes_abstained: int | UnsetType | None = UNSET
    remarks_ref: str | UnsetType | None = UNSET


class DocumentAnswer(Struct, frozen=True, kw_only=True):
    """One document. What may be absent is not for everybody who may see the rest.

    `audience` says how the asker stands to it: PUBLIC, REVIEWER, SUPERVISOR or OWN.
    `days_in_state` counts days in Kazakhstan. `next_bodies` are those whose turn it
    is, `next_roles` who may approve now. `stages` is the whole history by round,
    stage and body; it stands in the answer about one document only.
    """

    audience: str
    document_id: str
    series_id: str
    rule_pack: str
    rule_no: str
    kind: str
    level: str
    org_bin: str
    org_name_ru: str | None
    org_name_kk: str | None
    org_synthetic: bool
    region_kato: str
    title_ru: str
    title_kk: str | None
    title_en: str | None
    discipline_code: str | None
    specialty_code: str | None
    academic_year: str | None
    version: int
    content_hash: str
    state: str
    state_since: datetime
    days_in_state: int
    approved_by_person_id: str | None
    approved_by_role: str | None
    approved_at: datetime | None
    approval_act_no: str | None
    valid_from: date | None
    valid_to: date | None
    self_review_flag: bool
    superseded_by: str | None
    superseded_at: datetime | None
    annulled_by_person_id: str | None
    annulled_by_role: str | None
    annulled_at: datetime | None
    annulment_act_no: str | None
    carried_over: bool
    last_position: int
    updated_at: datetime
    org_kato: str | UnsetType = UNSET
    languages: tuple[str, ...] | UnsetType = UNSET
    author_kind: str | UnsetType = UNSET
    author_unit_id: str | UnsetType | None = UNSET
    author_person_id: str | UnsetType | None = UNSET
    basis_refs: tuple[str, ...] | UnsetType = UNSET
    route_profile: str | UnsetType | None = UNSET
    current_stage: int | UnsetType | None = UNSET
    stages_total: int | UnsetType = UNSET
    bodies_required: int | UnsetType = UNSET
    bodies_positive: int | UnsetType = UNSET
    bodies_negative: int | UnsetType = UNSET
    missing_bodies: tuple[BodyAnswer, ...] | UnsetType = UNSET
    next_bodies: tuple[BodyAnswer, ...] | UnsetType = UNSET
    next_roles: tuple[str, ...] | UnsetType = UNSET
    last_conclusion: str | UnsetType | None = UNSET
    last_conclusion_at: datetime | UnsetType | None = UNSET
    last_meeting_id: str | UnsetType | None = UNSET
    return_count: int | UnsetType = UNSET
    route_replans: int | UnsetType = UNSET
    returned_by: str | UnsetType | None = UNSET
    returned_reason_refs: tuple[str, ...] | UnsetType = UNSET
    submitted_at: datetime | UnsetType | None = UNSET
    ready_at: datetime | UnsetType | None = UNSET
    approver_roles_allowed: tuple[str, ...] | UnsetType = UNSET
    last_event_id: str | UnsetType = UNSET
    last_event_type: str | UnsetType = UNSET
    last_version: int | UnsetType = UNSET
    variants: tuple[Variant, ...] | UnsetType = UNSET
    stages: tuple[StageAnswer, ...] | UnsetType = UNSET


class DocumentPage(Struct, frozen=True, kw_only=True):
    """`next` asks for what follows, null at the end; `position`: how far the view is.

    `items` is empty where nothing matches or nothing of it may be seen.
    """

    items: tuple[DocumentAnswer, ...]
    next: str | None
    position: int


class OrganisationPage(Struct, frozen=True, kw_only=True):
    """Organisations by BIN; `next` and `position` as for documents."""

    items: tuple[OrganisationRow, ...]
    next: str | None
    position: int


Query = TypeVar("Query", bound=Struct)


def read_query(kind: type[Query], given: Iterable[tuple[str, str]]) -> Query:
    """The parameters of a query as `kind`; QUERY-MALFORMED says what is wrong."""
    pairs = list(given)
    values = dict(pairs)
    if len(values) < len(pairs):
        raise Refusal("QUERY-MALFORMED", reason="a parameter is given twice")
    for name, text in pairs:
        if text.lower() == "null":  # which msgspec would take for one that is absent
            raise Refusal("QUERY-MALFORMED", reason=f"no value - at `$.{name[:40]}`")
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Refusal("QUERY-MALFORMED", reason=str(error)) from error
