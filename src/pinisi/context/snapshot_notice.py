"""Who hears of the status of a snapshot, and what he is told (NGSI-LD 5.16.6, 5.3.4).

It is a subscription of its own kind, kept beside the snapshot: a change of the status owes it a notification in its own
transaction, which is delivered as all are. It outlives the snapshot, to tell that it is gone.
"""

import hashlib
from typing import Any

import msgspec

from pinisi.context.snapshot import Snapshot, snapshot_document
from pinisi.context.subscription import STATUS, Endpoint, KeyValue, NotificationParams, Subscription
from pinisi.vocabulary.instant import Instant, format_instant


class StatusNotice(msgspec.Struct, frozen=True, kw_only=True):
    """The receiver of one snapshot. `id` is that of the document; `gone_at` 0: the snapshot is there."""

    id: str
    snapshot: str
    owner: str
    endpoint: str
    receiver_info: tuple[KeyValue, ...] = ()
    gone_at: Instant = 0

    @property
    def subscription(self) -> Subscription:
        endpoint = Endpoint(uri=self.endpoint, receiver_info=self.receiver_info)
        return Subscription(
            id=self.id, owner=self.owner, notification=NotificationParams(endpoint=endpoint), snapshot=self.snapshot
        )


encode_notice = msgspec.json.Encoder().encode
decode_notice = msgspec.json.Decoder(StatusNotice).decode
_encode = msgspec.json.Encoder().encode


def notice_of(kept: Snapshot, gone_at: Instant = 0) -> StatusNotice | None:
    """Who hears of a snapshot; None: it names no endpoint."""
    if kept.endpoint is None:
        return None
    return StatusNotice(
        id=notice_id(kept),
        snapshot=kept.id,
        owner=kept.maker,
        endpoint=kept.endpoint,
        receiver_info=msgspec.convert(kept.receiver_info or (), tuple[KeyValue, ...]),
        gone_at=gone_at,
    )


def notice_id(kept: Snapshot) -> str:
    """Of this one snapshot, though another may have its id later; it tells nothing of where its entities lie."""
    return hashlib.blake2b(kept.tenant.encode(), digest_size=8).hexdigest()


def notice_key(kept: Snapshot) -> str:
    """What its notifications are owed to."""
    return f"{STATUS}/{notice_id(kept)}"


def told_of(kept: Snapshot) -> bytes:
    """What a notification tells of the status: the members of table 5.3.4-1, which names one of them otherwise than the
    snapshot itself. An `expiresAt` before `notifiedAt` says that the snapshot is gone."""
    document = snapshot_document(kept)
    told: dict[str, Any] = {"snapshotStatus": kept.status, "snapshotPriority": kept.priority}
    told["expiresAt"] = format_instant(kept.expires_at)
    for name, here in (
        ("snapshotQueriesDetails", "snapshotQueriesDetails"),
        ("temporalSnapshotQueriesDetails", "snapshotTemporalQueriesDetails"),
    ):
        if here in document:
            told[name] = document[here]
    return _encode(told)
