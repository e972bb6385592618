"""Reports on no board, and boards that change."""

import asyncio

from tests.refresh.pretending import Oracle, known, report, running, shown, sources, until
from utilities.model.clock import utc_now
from utilities.refresh.refresher import Refresher


async def test_wanting_a_report_that_is_on_no_board_asks_once(store):
    oracle, users = Oracle(seconds=0.1), report()
    refresher = Refresher(store, sources(oracle=oracle), known(users), utc_now)
    await refresher.start()
    for _ in range(100):
        refresher.want("users")
    await until(lambda: shown(store.latest("users")))
    for _ in range(100):
        refresher.want("users")
    await asyncio.sleep(0.2)
    await refresher.stop()
    assert (oracle.asked, oracle.most_running) == (1, 1)


async def test_a_report_nobody_wants_any_longer_is_left_alone(store):
    oracle = Oracle()
    refresher = Refresher(store, sources(oracle=oracle), known(report(pace=0.1)), utc_now, kept=1.5)
    await refresher.start()
    refresher.want("users")
    await until(lambda: not refresher.tasks)
    asked = oracle.asked
    await asyncio.sleep(0.3)
    assert oracle.asked == asked > 1
    refresher.want("users")
    await until(lambda: oracle.asked > asked)
    await refresher.stop()


async def test_a_report_that_leaves_its_board_is_kept_for_a_while_and_then_let_go(store):
    async with running(store, Oracle(), report(pace=0.1), kept=0.3) as refresher:
        await until(lambda: store.latest("users"))
        refresher.set_active([])
        assert refresher.tasks
        await until(lambda: not refresher.tasks)


async def test_a_report_that_is_defined_anew_is_asked_at_once(store):
    oracle = Oracle()
    async with running(store, oracle, report()) as refresher:
        await until(lambda: shown(store.latest("users")) == 1)
        refresher.reports["users"] = report(ask="something else")
        refresher.set_active(["users"])
        await until(lambda: shown(store.latest("users")) == 2)
        await asyncio.sleep(0.2)
    assert oracle.asked == 2


async def test_a_name_that_is_no_report_harms_nobody(store):
    async with running(store, Oracle(), report()) as refresher:
        refresher.want("nonsense")
        refresher.set_active(["users", "nonsense"])
        await until(lambda: store.latest("users"))


async def test_a_report_that_is_defined_anew_while_it_is_asked_is_asked_again(store):
    oracle = Oracle(seconds=0.3)
    async with running(store, oracle, report()) as refresher:
        await until(lambda: oracle.running)
        refresher.reports["users"] = report(ask="something else")
        refresher.set_active(["users"])
        await until(lambda: shown(store.latest("users")) == 2)
        await asyncio.sleep(0.5)
    assert oracle.asked == 2
