"""Names on walls: no query, e-mail or network address, or token; everything else as it is."""

import time

import pytest

from utilities.model.frames import Column, Frame, Note, ValueKind
from utilities.model.wall_privacy import mask_frame, mask_personal

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/checkout?token=abc", "/checkout"),
        ("/checkout?abc", "/checkout"),
        ("/cart;jsessionid=1A2B?x=1#top", "/cart"),
        ("/app#access_token=abc", "/app"),
        ("https://ada:secret@example.com/a?q=ada+lovelace", "https://example.com/a"),
        ("news.example.com/a?utm_source=ada", "news.example.com/a"),
        ("Results: https://example.com/s?q=me (page 2)", "Results: https://example.com/s (page 2)"),
        ("spring?user=ada", "spring"),
        ("spring&user=ada", "spring"),
        ("/a%3Ftoken=abc", "/a"),
        ("/users/ada.lovelace+x@example.co.uk/edit", "/users/(e-mail)/edit"),
        ("/users/ada%40example.com", "/users/(e-mail)"),
        ("Inbox of ada@localhost", "Inbox of (e-mail)"),
        ("192.0.2.17", "(address)"),
        ("http://192.0.2.17:8080/a", "http://(address):8080/a"),
        ("/from/192.0.2.17/", "/from/(address)/"),
        ("2001:db8::17", "(address)"),
        ("http://[2001:db8::17]/a", "http://(address)/a"),
        ("Login from ::ffff:192.0.2.17 now", "Login from (address) now"),
        (JWT, "(token)"),
        (f"/magic/{JWT}", "/magic/(token)"),
        (f"/magic/{JWT[:24]}", "/magic/(token)"),
        ("/reset/3f9a8b7c6d5e4f3a2b1c", "/reset/(token)"),
        ("/orders/550e8400-e29b-41d4-a716-446655440000", "/orders/(token)"),
        ("/join/Zm9vYmFyMTIzNDU2Nzg5MA", "/join/(token)"),
    ],
)
def test_what_nobody_in_a_room_may_read_is_masked(text: str, shown: str):
    assert mask_personal(text) == shown
    assert mask_personal(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "/",
        "/blog/our-2024-annual-report-and-outlook-for-2025",
        "What is new? Everything!",
        "Q&A: how do I start?",
        "Backups #1: restore",
        "Opens 09:30, closes 17:00:30",
        "std::move and a::b",
        "Version 1.2.3",
        "(other)",
        "google / organic",
        "Internationalization-and-accessibility-guidelines",
        "Donaudampfschifffahrtsgesellschaft",
        "50 % off; today only",
        "@foyer on X",
        "Größe & Gewicht",
    ],
)
def test_names_that_people_write_stay(text: str):
    assert mask_personal(text) == text


def test_frame_without_anything_personal_is_the_same_object():
    columns = (Column("path", "Page", ValueKind.TEXT), Column("views", "Views", ValueKind.INTEGER))
    frame = Frame(columns, (("/a", 1), ("/b?", None)), (Note("So it is."),))
    assert mask_frame(frame) is not frame  # a question mark at the end of a path
    plain = Frame(columns, (("/a", 1),), (Note("So it is."),))
    assert mask_frame(plain) is plain
    masked = mask_frame(Frame(columns, (("/a?t=1", 1),), (Note("Of ada@example.com", row="/a?t=1"),)))
    assert (masked.rows, masked.notes) == ((("/a", 1),), (Note("Of (e-mail)", row="/a"),))


@pytest.mark.parametrize("part", ["?", "a", "a.", "a://", ":", "1.", "eyJ", "a@", "%40", ";a=", "/", "(", "a-", "#="])
def test_long_texts_of_strangers_take_little_time(part: str):
    text = part * (2000 // len(part)) + "!"
    begun = time.thread_time()
    for _ in range(20):
        mask_personal(text)
    assert time.thread_time() - begun < 1.0  # a quadratic pattern takes many times as long
