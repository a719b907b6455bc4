"""The tables as statements need them: names, kinds, defaults, and no classes.

`store.tables` defines the schema; what is here is derived from it by `python -m tests.store.derive`
so that no command waits for classes which no statement uses. A test holds both against each other.
"""

from p88console.store.core.inbox import (
    ATTEMPT_ROWS,
    FIELD_RULES,
    FIELD_VERSIONS,
    INBOX,
    LOOKS,
    OPERATOR_ACTIONS,
)
from p88console.store.core.ledger import BIB_RETURNS, PUSH_LEDGER
from p88console.store.core.lines import ACCOUNT_LINES, CALL_SLOTS, NETWORK_STATE
from p88console.store.core.mirror import (
    EVENTS,
    LISTED_ROWS,
    NAME_WORDS,
    PARTICIPANT_CHANGES,
    PARTICIPANTS,
    RACES,
    RESULT_REVISIONS,
    RESULTS,
)
from p88console.store.core.notices import ENGINE_NOTICES
from p88console.store.core.publication import PUBLICATION_ROWS, PUBLICATIONS
from p88console.store.core.tenancy import ACCOUNT_HEALTH, ACCOUNTS, LINKS, PARTNERS, RACE_LINKS
from p88console.store.core.work import (
    ENGINE_LEASES,
    PULL_MARKS,
    SYNC_HISTORY,
    SYNC_QUEUE,
    SYNC_SCHEDULE,
)

__all__ = [
    "ACCOUNTS",
    "ACCOUNT_HEALTH",
    "ACCOUNT_LINES",
    "ATTEMPT_ROWS",
    "BIB_RETURNS",
    "CALL_SLOTS",
    "ENGINE_LEASES",
    "ENGINE_NOTICES",
    "EVENTS",
    "FIELD_RULES",
    "FIELD_VERSIONS",
    "INBOX",
    "LINKS",
    "LISTED_ROWS",
    "LOOKS",
    "NAME_WORDS",
    "NETWORK_STATE",
    "OPERATOR_ACTIONS",
    "PARTICIPANTS",
    "PARTICIPANT_CHANGES",
    "PARTNERS",
    "PUBLICATIONS",
    "PUBLICATION_ROWS",
    "PULL_MARKS",
    "PUSH_LEDGER",
    "RACES",
    "RACE_LINKS",
    "RESULTS",
    "RESULT_REVISIONS",
    "SYNC_HISTORY",
    "SYNC_QUEUE",
    "SYNC_SCHEDULE",
]
