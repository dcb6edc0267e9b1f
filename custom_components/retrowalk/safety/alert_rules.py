"""The alert's rules as tables: how long it waits, and what it says to whom."""

from collections.abc import Mapping

from .alert_messages import AlertKind, AlertState, MessageKind

# How long the walker is asked before the family is told (15 to 60 s in other products).
ASKING_S: Mapping[AlertKind, float] = {
    AlertKind.PLEASE_CHECK: 90.0,
    AlertKind.FALL: 30.0,
    AlertKind.HELP: 0.0,
}
ASKING_LYING_STILL_S = 15.0
LENGTHENED_BY_S = 30.0
URGENCY = list(ASKING_S)

# "Are you OK?", rising.
CUE_INTERVAL_S = 8.0
LOUDNESS = (0.4, 0.6, 0.8, 1.0)

# Own choices: a push that got through is answered within half a minute, or not for now.
NEXT_PERSON_S = 30.0
NEXT_ROUND_S = 60.0
SENDING_S = 10.0  # without a report by then, the sending has failed
FOLLOW_UP_S = 2 * SENDING_S  # what a restart sends again has both channels before the next step
UNDELIVERED_AFTER_S = 15.0  # a round that nobody is known to have got says so by then

ACKNOWLEDGED_S = 900.0  # then: "Did you reach her?"
QUESTION_S = 120.0  # own choice; silence until then means no
ALL_CLEAR_S = 600.0  # own choice: how long the end is shown

LONGEST_WAIT_S = ACKNOWLEDGED_S

# What the walker's own phone shows in a state.
TO_WALKER: Mapping[AlertState, MessageKind] = {
    AlertState.ASKING: MessageKind.ARE_YOU_OK,
    AlertState.ALERTING: MessageKind.FAMILY_IS_TOLD,
    AlertState.UNDELIVERED: MessageKind.FAMILY_IS_TOLD,
    AlertState.ACKNOWLEDGED: MessageKind.HELP_IS_COMING,
    AlertState.ALL_CLEAR: MessageKind.CLEAR,
}
# What is still worth trying to send to the others in a state.
TO_OTHERS: Mapping[AlertState, frozenset[MessageKind]] = {
    AlertState.NONE: frozenset(),
    AlertState.ASKING: frozenset(),
    AlertState.ALERTING: frozenset({MessageKind.ALERT}),
    AlertState.UNDELIVERED: frozenset({MessageKind.ALERT}),
    AlertState.ACKNOWLEDGED: frozenset(
        {
            MessageKind.YOU_ARE_COMING,
            MessageKind.SOMEBODY_IS_COMING,
            MessageKind.DID_YOU_REACH,
        }
    ),
    AlertState.ALL_CLEAR: frozenset({MessageKind.SAID_OK, MessageKind.WAS_REACHED}),
}
