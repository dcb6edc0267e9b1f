"""Telling the contacts: one after another, round after round, until somebody answers."""

from collections.abc import Callable, Sequence

from .alert_messages import Channel, Delivery, MessageKind
from .alert_post import Post
from .alert_rules import NEXT_PERSON_S, NEXT_ROUND_S, UNDELIVERED_AFTER_S
from .alert_surroundings import Surroundings
from .alert_timers import Timers
from .contacts import Contact, next_tier

_GOT_THROUGH = frozenset({Delivery.SENT, Delivery.SEEN, Delivery.ANSWERED})


class Rounds:
    """Who is told next, and whether this round is known to have reached anybody."""

    def __init__(self, around: Surroundings, post: Post, on_overdue: Callable[[], None]) -> None:
        """Tell the contacts by `post`; `on_overdue` is called when a round takes too long."""
        self._around = around
        self._post = post
        self._on_overdue = on_overdue
        self._overdue = False
        self._timers = Timers(around.clock)
        self._told_last: set[str] = set()

    @property
    def reached(self) -> bool | None:
        """Tell whether this round is known to have reached anybody; None: not known yet."""
        deliveries = self._deliveries()
        if not _GOT_THROUGH.isdisjoint(deliveries.values()):
            return True
        on_its_way = self._untold() or Delivery.PENDING in deliveries.values()
        return None if on_its_way and not self._overdue else False

    @property
    def next_at_once(self) -> bool:
        """Tell whether waiting is in vain: all who were told last failed, and others are left."""
        deliveries = self._deliveries()
        return bool(self._told_last and self._untold()) and all(
            deliveries.get((contact_id, Channel.FIRST)) is Delivery.FAILED
            for contact_id in self._told_last
        )

    def start(self) -> float:
        """Begin a round; return the seconds to wait before `tell_next`."""
        self._post.record.round += 1
        self._watch()
        return self._tell(self._around.contacts)

    def tell_next(self) -> float:
        """Tell the next people, or begin the next round; return the seconds to wait."""
        untold = self._untold()
        return self._tell(untold) if untold else self.start()

    def resume(self, told_last: set[str]) -> None:
        """Go on after a restart with a round in which `told_last` were told again."""
        self._watch()
        self._told_last = told_last

    def stop(self) -> None:
        """Tell nobody any more, and leave no timer behind."""
        self._timers.close()

    def _watch(self) -> None:
        """Give the round a while to reach somebody."""
        self._overdue = False
        self._timers.arm("overdue", UNDELIVERED_AFTER_S, self._give_up)

    def _give_up(self) -> None:
        """Take what is not known to have got through for not delivered."""
        self._overdue = True
        self._on_overdue()

    def _tell(self, untold: Sequence[Contact]) -> float:
        """Tell the first of `untold`, from the second round on by both channels."""
        tier = next_tier(untold, self._around.wall_time().time())
        self._told_last = {contact.contact_id for contact in tier}
        for contact in tier:
            self._post.post(contact.contact_id, MessageKind.ALERT)
            if contact.second_channel and self._post.record.round > 1:
                self._post.post(contact.contact_id, MessageKind.ALERT, Channel.SECOND)
        return NEXT_PERSON_S if len(tier) < len(untold) else NEXT_ROUND_S

    def _deliveries(self) -> dict[tuple[str, Channel], Delivery]:
        """Return what became of this round's messages."""
        record = self._post.record
        return {
            (address.to, address.channel): record.posted[address].delivery
            for address in record.alarmed
            if record.posted[address].message.round == record.round
        }

    def _untold(self) -> list[Contact]:
        """Return who was not told in this round."""
        told = {contact_id for contact_id, _ in self._deliveries()}
        return [contact for contact in self._around.contacts if contact.contact_id not in told]
