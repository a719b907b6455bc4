"""Every state that a job, an attempt, a lane or the network can be in: a glyph, a word, a tone.

The word alone says it all; the glyph is for the corner of the eye, the colour a third hint.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from p88console.domain.inbox import Kind
from p88console.domain.jobs import Direction, JobState
from p88console.domain.model import ParticipantStatus, PushState, ResultStatus
from p88console.ui.format import countdown
from p88console.ui.phrase import Phrase, Piece, Tone, say, visible


@dataclass(frozen=True, slots=True)
class State:
    """How a state is shown."""

    glyph: str
    word: str
    tone: Tone

    @property
    def phrase(self) -> Phrase:
        """Glyph and word."""
        return say(f"{self.glyph} {self.word}", self.tone)


WAITING = State("○", "waiting", Tone.WAIT)
RETRY = State("↻", "retry", Tone.RETRY)
PULLING = State("↓", "pulling", Tone.RUN)
SENDING = State("↑", "sending", Tone.RUN)
CHECKING = State("?", "checking", Tone.RUN)
HELD = State("▲", "held", Tone.HELD)
DONE = State("✓", "done", Tone.OK)
FAILED = State("✗", "failed", Tone.FAIL)
DROPPED = State("–", "dropped", Tone.DIM)

_JOB_STATES = {
    JobState.VERIFY: CHECKING,
    JobState.HELD: HELD,
    JobState.COMPLETED: DONE,
    JobState.FAILED_PERMANENT: FAILED,
    JobState.CANCELLED: DROPPED,
}

_ATTEMPT_STATES = {
    "completed": DONE,
    "partial": State("◐", "partial", Tone.RETRY),
    "failed": FAILED,
    "failed_permanent": State("✗", "gave up", Tone.FAIL),
    "verify": State("?", "unheard", Tone.RETRY),
    "waiting": State("○", "not sent", Tone.WAIT),
    "held": HELD,
    "abandoned": State("–", "stopped", Tone.DIM),
    "cancelled": DROPPED,
}

_PUSH_STATES = {
    PushState.UNSENT: State("○", "unsent", Tone.WAIT),
    PushState.SENT: State("↑", "sent", Tone.RUN),
    PushState.VERIFIED: State("✓", "verified", Tone.OK),
    PushState.DIFFERS: State("≠", "differs", Tone.HELD),
    PushState.IGNORED: State("∅", "ignored", Tone.HELD),
    PushState.REFUSED: State("✗", "refused", Tone.FAIL),
    PushState.HELD: HELD,
}

_RESULT_STATES = {
    ResultStatus.NOT_STARTED: State("○", "to start", Tone.WAIT),
    ResultStatus.RUNNING: State("→", "running", Tone.RUN),
    ResultStatus.FINISHED: State("✓", "finished", Tone.OK),
    ResultStatus.DNF: State("–", "dnf", Tone.DIM),
    ResultStatus.DNS: State("–", "dns", Tone.DIM),
    ResultStatus.DQ: State("✗", "dq", Tone.FAIL),
}

_LANE_STATES = {
    "ok": State("✓", "ok", Tone.OK),
    "idle": State("○", "idle", Tone.WAIT),
    "retrying": State("↻", "retrying", Tone.RETRY),
    "offline": State("✗", "offline", Tone.FAIL),
    "held": HELD,
    "failing": State("✗", "failing", Tone.FAIL),
}

_INBOX_KINDS = {
    Kind.CONFLICT: State("≠", "conflict", Tone.HELD),
    Kind.REMOVAL: State("–", "leaving?", Tone.HELD),
    Kind.DUPLICATE_BIB: State("=", "same bib", Tone.HELD),
    Kind.REFUSED: State("✗", "refused", Tone.FAIL),
    Kind.HELD: HELD,
    Kind.BY_HAND: State("□", "by hand", Tone.HELD),
    Kind.NO_ID: State("?", "no id", Tone.RETRY),
    Kind.ORPHAN: State("?", "nobody's", Tone.RETRY),
}

_NETWORK_STATES = {
    "online": State("●", "online", Tone.OK),
    "portal": State("▲", "portal", Tone.HELD),
    "throttled by us": State("▲", "calls used up", Tone.RETRY),
    "throttled by them": State("▲", "asked to wait", Tone.RETRY),
    "provider down": State("✗", "provider down", Tone.FAIL),
    "dns only": State("▲", "names only", Tone.HELD),
    "no uplink": State("▲", "no uplink", Tone.HELD),
    "offline": State("✗", "offline", Tone.FAIL),
}

NETWORK_TROUBLES = {
    "portal": (
        "A sign-in page stands between this laptop and the providers",
        "Nothing it answers is believed; work waits and costs no try.",
        "open a browser and accept it",
    ),
    "provider down": (
        "No provider can be reached, the network itself works",
        "Work waits, costs no try, and goes out by itself.",
        "t tries a job now",
    ),
    "dns only": (
        "Names are found but nothing can be reached: a firewall?",
        "Work waits, costs no try, and goes out by itself.",
        "try another network",
    ),
    "no uplink": (
        "The network here has no way out",
        "Work waits, costs no try, and goes out by itself.",
        "t tries a job now",
    ),
    "offline": (
        "This laptop is offline",
        "Work waits, costs no try, and goes out by itself.",
        "t tries a job now",
    ),
}
"""For each network that is not online: what is wrong, what the console does, what to press."""


def _running(direction: str) -> State:
    return SENDING if direction == Direction.PUSH else PULLING


def _unknown(word: str) -> State:
    return State("·", visible(word), Tone.PLAIN)


def job_state(state: str, direction: str, attempt: int) -> State:
    """How a job of the queue stands; one that waits after an attempt is a retry."""
    if state == JobState.PENDING:
        return RETRY if attempt else WAITING
    if state == JobState.RUNNING:
        return _running(direction)
    try:
        return _JOB_STATES[JobState(state)]
    except ValueError:
        return _unknown(state)


def job_words(state: str, direction: str, attempt: int, due_at: datetime, now: datetime) -> str:
    """How a job stands in one breath: `waiting`, `retry in 1:42`, `sending`."""
    shown = job_state(state, direction, attempt)
    if shown is not RETRY:
        return shown.word
    left = countdown(due_at, now)
    return "retry now" if left == "now" else f"retry in {left}"


def attempt_state(state: str, direction: str) -> State:
    """How one attempt ended, or that it still runs."""
    if state == JobState.RUNNING:
        return _running(direction)
    return _ATTEMPT_STATES.get(state) or _unknown(state)


def push_state(state: str) -> State:
    """What a scoring system is known to hold of a person."""
    try:
        return _PUSH_STATES[PushState(state)]
    except ValueError:
        return _unknown(state)


def standing_state(status: str, *, quarantined: bool) -> State | None:
    """How a registration stands where it does not simply stand; None where it does."""
    if quarantined:
        return State("▲", "leaving?", Tone.HELD)
    if status == ParticipantStatus.ACTIVE:
        return None
    return State("–", visible(status), Tone.DIM)


def result_state(status: str) -> State:
    """Where a runner stands; a provider's own word is shown as it is."""
    try:
        return _RESULT_STATES[ResultStatus(status)]
    except ValueError:
        return _unknown(status)


def inbox_state(kind: Kind) -> State:
    """Why something waits for a person."""
    return _INBOX_KINDS[kind]


def lane_state(state: str) -> State:
    """How an account stands."""
    return _LANE_STATES.get(state) or _unknown(state)


def network_state(network: str) -> State:
    """How far out of the building the network reaches."""
    return _NETWORK_STATES.get(network_word(network)) or _unknown(network)


def network_word(network: str) -> str:
    """A network class as it is written on screen."""
    return network.replace("_", " ")


def needs_person(state: str) -> bool:
    """Whether a job waits for a person and nothing else."""
    return state in (JobState.HELD, JobState.FAILED_PERMANENT)


def running_word(running: str) -> str:
    """What a lane does now, by the way its work goes."""
    return SENDING.word if "push" in running or "→" in running else PULLING.word


def mark(state: State, word: str) -> Phrase:
    """A state's glyph before another word, as the header marks providers."""
    return (Piece(f"{state.glyph} ", state.tone), Piece(word, state.tone))
