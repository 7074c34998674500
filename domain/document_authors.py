"""Who prepares a document, and who may change, send or take back what was prepared."""

from domain.decider import Refusal
from domain.document_commands import CreateDocument
from domain.document_parts import TEACHER_AUTHOR, UNIT_AUTHOR, UNIT_REGULATION, Author
from domain.document_state import Document, is_author, unit_stream
from domain.identifiers import Bin, Stream
from domain.surroundings import Surroundings, UnitFacts


def require_author(
    rule: str, kind: str, needed: str, owner: Bin, author: Author, facts: Surroundings
) -> None:
    """Rules 11, 18, 19 want a unit of the organisation, 20 and 21 a teacher of it.

    Of several units a teacher may name one in which they teach: it decides the route.
    """
    refused = Refusal(f"R{rule}-AUTHOR", author=author, needed=needed)
    if author.kind != needed:
        raise refused
    if needed == UNIT_AUTHOR:
        require_working_unit(rule, kind, owner, author, facts)
    elif needed == TEACHER_AUTHOR:
        counted = facts.pack.counted_posts
        person, unit = author.person_id, unit_of(owner, author)
        posts = facts.posts(owner, person) if person else ()
        if not any(
            post.post in counted and unit in (None, post.unit) for post in posts
        ):
            raise refused


def require_working_unit(
    rule: str, kind: str, owner: Bin, author: Author, facts: Surroundings
) -> None:
    """What a unit prepares, it prepares and submits while it works."""
    if author.kind != UNIT_AUTHOR:
        return
    ref = unit_of(owner, author)
    unit = facts.unit(ref) if ref else None
    if unit is None or not may_prepare(unit, kind):
        raise Refusal(f"R{rule}-AUTHOR", author=author, needed=UNIT_AUTHOR)


def may_prepare(unit: UnitFacts, kind: str) -> bool:
    """A unit works once it is active; its regulation it prepares before that."""
    return unit.is_active or (kind == UNIT_REGULATION and not unit.is_closed)


def unit_of(owner: Bin, author: Author) -> Stream | None:
    return unit_stream(owner, author.unit_id) if author.unit_id else None


def require_may_draft(command: CreateDocument, facts: Surroundings) -> None:
    """Teachers draft for themselves, staff for their unit; some posts for anybody."""
    actor = facts.act.actor
    author = command.author
    is_own = author.kind == TEACHER_AUTHOR and actor.person == author.person_id
    if actor.role in facts.pack.drafting_posts or is_own:
        return
    if not works_in(unit_of(command.bin, author), command.bin, facts):
        raise Refusal("DOC-AUTHOR-ONLY", role=actor.role)


def require_may_change(state: Document, facts: Surroundings) -> None:
    """The author, who drafted it, staff of the author unit, or who leads the work."""
    actor = facts.act.actor
    if actor.role in facts.pack.document_leaders or is_author(state, actor.person):
        return
    if not works_in(unit_of(state.bin, state.author), state.bin, facts):
        raise Refusal("DOC-AUTHOR-ONLY", role=actor.role)


def works_in(unit: Stream | None, owner: Bin, facts: Surroundings) -> bool:
    posts = facts.posts(owner, facts.act.actor.person)
    return unit is not None and any(post.unit == unit for post in posts)
