"""Telling others of changes: signed as Standard Webhooks has it, retried for a day, no receiver in another's way.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.envelopes import write_json
from gateway.errors import FetchFailed, FetchRefused, GatewayError
from gateway.fetch import Exchange, OutgoingRequest
from gateway.store import Database, Rows, Webhook
from gateway.store.deliveries import (
    BATCH,
    Delivery,
    Lease,
    ended,
    failed,
    lease,
    paused,
    release,
    remove_old,
    succeeded,
    wanting,
)
from gateway.store.moments import moment
from gateway.store.tables import SYSTEM

__all__ = [
    "CLEANING",
    "EVERY",
    "FAILING_SHARE",
    "GIVE_UP",
    "PAUSE",
    "SLOTS",
    "TENANT_SHARE",
    "Deliverer",
    "delay_after",
    "message",
    "signature",
]

EVERY = 1.0
"""Seconds between looks at what is due."""
CLEANING = 3600.0
"""Seconds between removals of what is kept no longer."""
SLOTS = 16
"""Receivers that a process tells at the same time."""
TENANT_SHARE = 4
"""How many of them may be one tenant's."""
FAILING_SHARE = 4
"""How many of them may be ones that did not answer well the last time."""
FIRST, LONGEST = timedelta(seconds=5), timedelta(hours=4)
"""How long a delivery waits after its first failure, doubled at each, and at most."""
GIVE_UP = timedelta(days=1)
"""After how long a delivery is dead."""
REST = timedelta(seconds=30)
"""Longest rest of a receiver that failed: its other deliveries need not wait for as long as the failed one."""
PAUSE = timedelta(days=3)
"""A receiver that has failed for so long is told nothing until somebody resumes it."""
SLACK = timedelta(seconds=30)
"""How much longer a lease holds than its deliveries can take."""
GONE = 410
PREFIX = "whsec_"

log = logging.getLogger("gateway")


def delay_after(attempts: int, draw: float) -> timedelta:
    """How long to wait after so many attempts: doubled each time, less up to half of it, by a ``draw`` from 0 to 1."""
    longest: timedelta = min(FIRST * 2 ** min(attempts - 1, 20), LONGEST)
    return longest * (1 - draw / 2)


def message(delivery: Delivery, public_url: str) -> bytes:
    """What a receiver is told: ids and the state, nothing of a person. Who wants more fetches it, with a key."""
    return write_json(
        {
            "type": f"credential-{delivery.kind}",
            "timestamp": delivery.at,
            "data": {
                "id": delivery.credential,
                "state": delivery.credential_state,
                "credential": f"{public_url}/v1/credentials/{delivery.credential}",
            },
        }
    )


def signature(secret: str, identifier: str, timestamp: str, body: bytes) -> str:
    """The signature with one secret: HMAC-SHA256 over id, timestamp and body."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{identifier}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


@dataclass(slots=True)
class Deliverer:
    """Tells the receivers of all tenants what is due. ``seconds`` is how long one request may take."""

    database: Database
    door: Exchange
    clock: Callable[[], datetime]
    seconds: float
    public_url: str = ""
    draw: Callable[[], float] = random.random
    _running: dict[asyncio.Task[None], Webhook] = field(default_factory=dict)
    _stopping: bool = False

    async def look(self) -> None:
        """Begin to tell those who are due, as many as there is room for. Returns without waiting for any of them."""
        now, room = self.clock(), SLOTS - len(self._running)
        if self._stopping or room <= 0:
            return
        found = await self.database.read(lambda connection: wanting(connection, now, 8 * SLOTS))
        for receiver in self._fair(found, room):
            until = now + timedelta(seconds=self.seconds) * BATCH + SLACK
            held = await self._leased(receiver, now, until)
            if held is not None and not self._stopping:
                task = asyncio.create_task(self._tell(held), name=f"webhook {receiver.id}")
                self._running[task] = receiver
                task.add_done_callback(self._running.pop)

    async def idle(self) -> None:
        """Wait until nobody is being told anything."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)

    async def close(self) -> None:
        """Begin nothing more, and finish the request that is under way with each receiver."""
        self._stopping = True
        await self.idle()

    async def clean(self) -> None:
        """Remove what is kept no longer."""
        now = self.clock()
        await self.database.write(SYSTEM, lambda connection: remove_old(connection, now))

    def _fair(self, found: list[Webhook], room: int) -> list[Webhook]:
        """Whom to tell: no tenant has all the room, nor have those that fail."""
        busy = list(self._running.values())
        chosen: list[Webhook] = []
        for receiver in found:
            told = [*busy, *chosen]
            same = sum(one.tenant == receiver.tenant for one in told)
            failing = sum(one.failing is not None for one in told)
            if same < TENANT_SHARE and (receiver.failing is None or failing < FAILING_SHARE):
                chosen.append(receiver)
        return chosen[:room]

    async def _leased(self, receiver: Webhook, now: datetime, until: datetime) -> Lease | None:
        """A lease; all hosts take theirs for the same tenant, one after another."""
        return await self.database.write(SYSTEM, lambda connection: lease(connection, receiver, now, until))

    async def _tell(self, held: Lease) -> None:
        """Make the deliveries of a lease in turn, until one fails; let go of the others."""
        try:
            for delivery in held.deliveries:
                in_time = self.clock() + timedelta(seconds=self.seconds) < held.until
                if self._stopping or not in_time or not await self._deliver(held, delivery):
                    break
            await self._write(held, lambda rows: release(rows, held))
        except GatewayError as error:  # the lease ends by itself, and the delivery is made again
            log.warning("a webhook's delivery was not written down (%s)", error.code)

    async def _deliver(self, held: Lease, delivery: Delivery) -> bool:
        """Make one delivery and write down what became of it; whether it arrived."""
        status, problem = await self._asked(held.webhook, delivery)
        now = self.clock()
        if 200 <= status < 300:
            await self._write(held, lambda rows: succeeded(rows, held, delivery, now))
            return True
        if status == GONE:
            await self._write(held, lambda rows: ended(rows, held, delivery, now))
            log.warning("webhook %s ended: its receiver says that it is gone", held.webhook.id)
            return False
        await self._failed(held, delivery, problem or f"status {status}", now)
        return False

    async def _failed(self, held: Lease, delivery: Delivery, problem: str, now: datetime) -> None:
        delay = delay_after(delivery.attempts + 1, self.draw())
        again = now + delay if now + delay - moment(delivery.begun) <= GIVE_UP else None
        since = moment(held.webhook.failing) if held.webhook.failing is not None else now

        def work(rows: Rows) -> None:
            failed(rows, held, delivery, problem, now, again, min(delay, REST))
            if now - since >= PAUSE:
                paused(rows, held.webhook.id, now)

        await self._write(held, work)
        if now - since >= PAUSE:
            log.warning("webhook %s is paused: its receiver has failed since %s", held.webhook.id, since)

    async def _asked(self, receiver: Webhook, delivery: Delivery) -> tuple[int, str]:
        """The status of the receiver's answer, or 0 and why there is none."""
        body, now = message(delivery, self.public_url), self.clock()
        identifier, timestamp = f"msg_{delivery.id}", str(int(now.timestamp()))
        signed = (signature(secret, identifier, timestamp, body) for secret in receiver.secrets(now))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": identifier,
            "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(signed),
        }
        try:
            request = OutgoingRequest("POST", receiver.url, headers, body, told=False)
            return (await self.door.exchange(request)).status, ""
        except (FetchFailed, FetchRefused) as error:
            return 0, error.detail

    async def _write(self, held: Lease, work: Callable[[Rows], None]) -> None:
        tenant = held.webhook.tenant
        await self.database.write(tenant, lambda connection: work(Rows(connection, tenant)))
