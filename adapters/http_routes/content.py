"""Texts and files that commands refer to: put and fetched by their own organisation."""

import asyncio
import re
from typing import Annotated

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import UNSET, Meta, Struct, UnsetType

from adapters.http_routes.doors import Doors, StoredContent
from adapters.http_routes.exchange import (
    JSON,
    HttpAnswer,
    HttpRequest,
    answered,
    body_of,
    claims_of,
    media_type_of,
    read_body,
    viewer_of,
)
from adapters.viewing import Viewer
from domain.decider import Refusal
from domain.identifiers import ContentRef

MAX_TEXT_BYTES = 1_000_000
MAX_FILE_BYTES = 16 * 1024 * 1024

FILE = "sha256:"

_REF = re.compile(r"(salted|sha256):[0-9a-f]{64}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,100}")
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


class TextContent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Free text that the log only refers to; `kind` says what it is, as `remarks`."""

    kind: Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9._-]{0,39}$")]
    text: Annotated[str, Meta(min_length=1, max_length=200_000)]


class KeptContent(Struct, frozen=True, kw_only=True):
    """Where content lies; `sha256` of a file as it was sent."""

    ref: str
    sha256: str | UnsetType = UNSET


def content_routes(doors: Doors) -> list[HTTPRouteHandler]:
    store = doors.content

    @post("/v1/content", request_max_body_size=None)
    async def put(request: HttpRequest) -> HttpAnswer:
        owner = claims_of(doors, request).organisation
        media_type = media_type_of(request)
        if media_type == JSON:
            text = read_body(TextContent, await body_of(request, MAX_TEXT_BYTES))
            ref = await asyncio.to_thread(store.put_text, owner, text.text, text.kind)
            kept = KeptContent(ref=ref)
        else:
            require_file(media_type)
            body = await body_of(request, MAX_FILE_BYTES)
            if not body:
                raise Refusal("CMD-MALFORMED", reason="the file is empty")
            ref = await asyncio.to_thread(store.put_file, owner, media_type, body)
            kept = KeptContent(ref=ref, sha256=ref.removeprefix(FILE))
        return answered(kept, 201, {"Location": f"/v1/content/{ref}"})

    @get("/v1/content/{ref:str}")
    async def fetch(request: HttpRequest, ref: FromPath[str]) -> HttpAnswer:
        viewer = await viewer_of(doors, request)
        found = await asyncio.to_thread(content_for, doors, viewer, ref)
        return Response(
            found.body,
            # Whatever was put here must never run as a page of this origin.
            headers={
                "Content-Type": found.media_type,
                "Content-Disposition": "attachment",
                "Content-Security-Policy": "default-src 'none'; sandbox",
            },
        )

    return [put, fetch]


def require_file(media_type: str) -> None:
    """A file comes as the body itself, under its own media type."""
    if media_type in _FORMS or not _MEDIA_TYPE.fullmatch(media_type):
        raise Refusal(
            "CMD-MEDIA-TYPE",
            given=media_type[:100],
            expected=f"{JSON}, application/pdf",
        )


def content_for(doors: Doors, viewer: Viewer, ref: str) -> StoredContent:
    """The content as its own organisation holds it; for an auditor, as anybody does.

    A text that lies before a body of the viewer's organisation is shown as its owner
    holds it. Nothing else is: neither an approved text, nor remarks, nor minutes.
    """
    store = doors.content
    copies: list[StoredContent] = []
    if _REF.fullmatch(ref):
        name = ContentRef(ref)
        owners = store.owners_of(name) if viewer.is_auditor else [viewer.organisation]
        if not viewer.is_auditor and ref.startswith(FILE):
            sha256 = ref.removeprefix(FILE)
            owners = [*owners, *doors.queries.reviewed_files(viewer, sha256)]
        found = (store.get(name, owner) for owner in owners)
        copies = [copy for copy in found if copy is not None]
    if not copies:
        raise Refusal("CONTENT-UNKNOWN", ref=ref[:100])
    for copy in copies:
        if not copy.is_erased:
            return copy
    raise Refusal("CONTENT-ERASED", ref=ref)
