"""Table definitions, one module per subject; importing this package defines them all."""

from p88console.store.tables.base import METADATA
from p88console.store.tables.inbox import (
    AttemptRows,
    FieldRule,
    FieldVersion,
    InboxItem,
    Look,
    OperatorAction,
)
from p88console.store.tables.ledger import BibReturn, PushLedger
from p88console.store.tables.lines import AccountLine, CallSlots, NetworkState
from p88console.store.tables.mirror import (
    Event,
    ListedRow,
    NameWord,
    Participant,
    ParticipantChange,
    Race,
    Result,
    ResultRevision,
)
from p88console.store.tables.notices import EngineNotice
from p88console.store.tables.publication import Publication, PublicationRow
from p88console.store.tables.tenancy import Account, AccountHealth, Link, Partner, RaceLink
from p88console.store.tables.work import EngineLease, PullMark, SyncHistory, SyncQueue, SyncSchedule

__all__ = [
    "METADATA",
    "Account",
    "AccountHealth",
    "AccountLine",
    "AttemptRows",
    "BibReturn",
    "CallSlots",
    "EngineLease",
    "EngineNotice",
    "Event",
    "FieldRule",
    "FieldVersion",
    "InboxItem",
    "Link",
    "ListedRow",
    "Look",
    "NameWord",
    "NetworkState",
    "OperatorAction",
    "Participant",
    "ParticipantChange",
    "Partner",
    "Publication",
    "PublicationRow",
    "PullMark",
    "PushLedger",
    "Race",
    "RaceLink",
    "Result",
    "ResultRevision",
    "SyncHistory",
    "SyncQueue",
    "SyncSchedule",
]
