"""Retry and skip: what waits of a stream is folded, as an operator wished."""

from adapters.envelope import StoreUnavailable
from adapters.jetstream.folding import Decode, fold_parked, told
from adapters.views import AnyProjection, Skipped, Views, Wish

ATTEMPTS = 20

DONE = "done"
NOTHING_PARKED = "nothing is parked there"
MOVED = "the view moved on meanwhile: wish it again"
UNKNOWN_VIEW = "there is no such view"


def carry_out(
    wish: Wish, views: Views, projection: AnyProjection, decode: Decode
) -> str:
    """Do what a wish for a view asks for; what came of it."""
    if wish.kind == "retry" and wish.stream is not None:
        return folded(views, projection, wish.stream, decode)
    if wish.position is None:
        return NOTHING_PARKED
    parked = views.parked_at(projection.name, wish.position)
    if parked is None:
        skipped = {each.position for each in views.skipped(projection.name)}
        return DONE if wish.position in skipped else NOTHING_PARKED
    views.skip(
        Skipped(
            view=projection.name,
            position=wish.position,
            reason=wish.reason or "",
            by=wish.by,
            at=wish.at,
        )
    )
    return folded(views, projection, parked.stream, decode)


def folded(views: Views, projection: AnyProjection, stream: str, decode: Decode) -> str:
    if not views.parked(projection.name, stream):
        return NOTHING_PARKED
    for _ in range(ATTEMPTS):
        try:
            still = fold_parked(views, projection, stream, decode)
        except StoreUnavailable:
            raise
        except Exception as error:  # the rows cannot be written: all stays as it was
            return f"still parked: {told(error)}"
        if still is not None:
            failing = next((each for each in still if each.error is not None), None)
            if failing is None:
                return DONE
            return f"still parked at {failing.position}: {failing.error}"
    return MOVED
