"""The cache drops what nobody uses, and stays within its size."""

from utilities.runtime.idle_cache import IdleCache


def test_unused_items_are_dropped_and_used_ones_stay():
    now = 0.0
    cache = IdleCache[str, str](100, 60.0, len, lambda: now)
    cache["old"], cache["used"] = "a", "b"
    now = 50.0
    assert cache.get("used") == "b"
    now = 61.0
    cache["new"] = "c"
    assert set(cache) == {"used", "new"}
    assert cache.currsize == 2
    now = 200.0
    cache["last"] = "d"
    assert set(cache) == {"last"}


def test_size_stays_bounded_and_nothing_is_remembered_of_what_was_dropped():
    cache = IdleCache[int, str](10, 60.0, len)
    for number in range(50):
        cache[number % 13] = "abc"
    assert cache.currsize == 9
    assert len(cache._used_at) == 3
    cache.pop(49 % 13)
    cache.clear()
    assert not cache._used_at
