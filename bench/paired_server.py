"""Foyer with the switches of bench/foyer.py, and with screens that are paired without a person."""

import asyncio

from sqlalchemy import insert
from tornado.web import RequestHandler

from bench.foyer import main
from bench.televisions import screen_secret
from utilities.accounts.database.sessions import hash_secret
from utilities.accounts.database.tables import screens
from utilities.model.clock import utc_now


class PairAll(RequestHandler):
    """`POST /__bench/pair/<count>`: stores so many screens that show the office board."""

    async def post(self, count: str) -> None:
        now = utc_now()
        rows = [
            {
                **{"name": f"Screen {number}", "place": "Hall", "diagonal_inches": 55.0, "distance_m": 3.0},
                **{"board": "office", "playlist": "", "browser": "", "viewport": "", "address": "127.0.0.1"},
                **{"credential_hash": hash_secret(screen_secret(number)), "paired_by": "bench", "paired_at": now},
                **{"last_seen": now, "alarm_minutes": 0},
            }
            for number in range(int(count))
        ]
        registry = self.settings["authenticator"].screens.registry
        await registry.database.run(lambda connection: connection.execute(insert(screens), rows))
        await registry.list_screens()
        self.finish()


if __name__ == "__main__":
    asyncio.run(main(more=[(r"/__bench/pair/([0-9]+)", PairAll)]))
