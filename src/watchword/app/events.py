"""Events between processes: within one by the hub, across several by Redis or Valkey, and by polling where there is neither."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping

from watchword.web.live import Hub

log = logging.getLogger("watchword.events")

CHANNEL = "watchword:events"
POLL_SECONDS = 1.0


class LocalEvents:
    """Everybody is in this process."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    def publish(self, topic: str, data: Mapping[str, str]) -> None:
        """Deliver to this process."""
        self.hub.publish(topic, data)


class RedisEvents:
    """Redis or Valkey carries events to every process; this one hears its own at once."""

    def __init__(self, hub: Hub, url: str) -> None:
        import redis  # noqa: PLC0415 - 40 ms that an embedded start need not pay

        self.hub = hub
        self.url = url
        self._client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, health_check_interval=30)

    def publish(self, topic: str, data: Mapping[str, str]) -> None:
        """Deliver here, and send to the others. A lost connection costs a delay: everybody also polls."""
        self.hub.publish(topic, data)
        try:
            self._client.publish(CHANNEL, json.dumps([topic, dict(data)]))
        except Exception as lost:  # noqa: BLE001 - events may be lost; a login never fails for one
            log.warning(
                "events: %s: %s", type(lost).__name__, "an event did not leave this process; waiting pages poll"
            )

    async def listen(self) -> None:
        """Deliver what other processes publish, for ever; reconnects by itself."""
        from redis.asyncio import Redis  # noqa: PLC0415 - as above

        while True:
            client = Redis.from_url(self.url, socket_connect_timeout=2, health_check_interval=15)
            try:
                async with client.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    log.info("events: listening")
                    async for message in channel.listen():
                        if message["type"] == "message":
                            topic, data = json.loads(message["data"])
                            self.hub.publish(topic, data)
            except asyncio.CancelledError:
                raise
            except Exception as lost:  # noqa: BLE001 - whatever broke, it connects again
                log.warning("events: %s, connecting again in a second", type(lost).__name__)
            finally:
                await client.aclose()
            await asyncio.sleep(1)
