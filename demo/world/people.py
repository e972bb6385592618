"""The visitors: their places and devices."""

from dataclasses import dataclass
from functools import cache
from random import Random


@dataclass(frozen=True)
class Place:
    """A visitor's place, in GA4's words."""

    country: str
    code: str
    code3: str
    region: str
    city: str
    continent: str
    language: str
    weight: float
    nasty: float = 0.0


@dataclass(frozen=True)
class Device:
    """A visitor's device."""

    category: str
    system: str
    version: str
    browser: str
    screen: str
    brand: str
    weight: float
    nasty: float = 0.0


@dataclass(frozen=True)
class Person:
    """One visitor."""

    place: Place
    device: Device


PLACES: tuple[Place, ...] = (
    Place("United States", "US", "usa", "California", "San Francisco", "Americas", "English", 90),
    Place("United States", "US", "usa", "New York", "New York", "Americas", "English", 80),
    Place("United States", "US", "usa", "Washington", "Seattle", "Americas", "English", 55),
    Place("United States", "US", "usa", "Texas", "Austin", "Americas", "English", 45),
    Place("United States", "US", "usa", "Virginia", "Ashburn", "Americas", "English", 30),
    Place("Germany", "DE", "deu", "Berlin", "Berlin", "Europe", "German", 92),
    Place("Germany", "DE", "deu", "Bavaria", "Munich", "Europe", "German", 60),
    Place("Germany", "DE", "deu", "Hamburg", "Hamburg", "Europe", "German", 35),
    Place("United Kingdom", "GB", "gbr", "England", "London", "Europe", "English", 110),
    Place("United Kingdom", "GB", "gbr", "Scotland", "Edinburgh", "Europe", "English", 32),
    Place("India", "IN", "ind", "Karnataka", "Bengaluru", "Asia", "English", 72),
    Place("India", "IN", "ind", "Maharashtra", "Pune", "Asia", "English", 42),
    Place("France", "FR", "fra", "Ile-de-France", "Paris", "Europe", "French", 58),
    Place("Netherlands", "NL", "nld", "North Holland", "Amsterdam", "Europe", "Dutch", 40),
    Place("Canada", "CA", "can", "Ontario", "Toronto", "Americas", "English", 38),
    Place("Poland", "PL", "pol", "Masovian Voivodeship", "Warsaw", "Europe", "Polish", 28),
    Place("Brazil", "BR", "bra", "State of Sao Paulo", "Sao Paulo", "Americas", "Portuguese", 27),
    Place("Spain", "ES", "esp", "Community of Madrid", "Madrid", "Europe", "Spanish", 22),
    Place("Sweden", "SE", "swe", "Stockholm County", "Stockholm", "Europe", "Swedish", 18),
    Place("Switzerland", "CH", "che", "Zurich", "Zurich", "Europe", "German", 17),
    Place("Japan", "JP", "jpn", "Tokyo", "Tokyo", "Asia", "Japanese", 16),
    Place("Australia", "AU", "aus", "New South Wales", "Sydney", "Oceania", "English", 16),
    Place("Czechia", "CZ", "cze", "Prague", "Prague", "Europe", "Czech", 12),
    Place("Austria", "AT", "aut", "Vienna", "Vienna", "Europe", "German", 11),
    Place("Türkiye", "TR", "tur", "İstanbul", "İstanbul", "Asia", "Turkish", 7),
    Place("Nigeria", "NG", "nga", "Lagos", "Lagos", "Africa", "English", 6),
    Place("Côte d’Ivoire", "CI", "civ", "Abidjan Autonomous District", "Abidjan", "Africa", "French", 2, 240),
    Place("Côte d'Ivoire", "CI", "civ", "(not set)", "(not set)", "Africa", "French", 1, 260),
    Place("São Tomé & Príncipe", "ST", "stp", "Água Grande", "São Tomé", "Africa", "Portuguese", 0.5, 250),
    Place("South Georgia & South Sandwich Islands", "GS", "sgs", "", "", "Americas", "English", 0.2, 255),
    Place("(not set)", "(not set)", "zzz", "(not set)", "(not set)", "(not set)", "(not set)", 6, 300),
)

DEVICES: tuple[Device, ...] = (
    Device("desktop", "Macintosh", "Intel 10.15", "Chrome", "1440x900", "Apple", 150),
    Device("desktop", "Macintosh", "Intel 10.15", "Safari", "1512x982", "Apple", 75),
    Device("desktop", "Macintosh", "Intel 10.15", "Firefox", "1680x1050", "Apple", 32),
    Device("desktop", "Windows", "11", "Chrome", "1920x1080", "(not set)", 120),
    Device("desktop", "Windows", "10", "Chrome", "1920x1080", "(not set)", 85),
    Device("desktop", "Windows", "11", "Edge", "1536x864", "(not set)", 55),
    Device("desktop", "Windows", "10", "Firefox", "1920x1080", "(not set)", 24),
    Device("desktop", "Linux", "x86_64", "Firefox", "2560x1440", "(not set)", 58),
    Device("desktop", "Linux", "x86_64", "Chrome", "2560x1440", "(not set)", 52),
    Device("desktop", "Chrome OS", "14541.0.0", "Chrome", "1366x768", "Google", 6),
    Device("mobile", "iOS", "18.6", "Safari", "393x852", "Apple", 92),
    Device("mobile", "iOS", "26.1", "Safari", "402x874", "Apple", 48),
    Device("mobile", "iOS", "18.6", "Safari (in-app)", "393x852", "Apple", 14),
    Device("mobile", "Android", "15", "Chrome", "412x915", "Samsung", 62),
    Device("mobile", "Android", "16", "Chrome", "412x924", "Google", 34),
    Device("mobile", "Android", "14", "Samsung Internet", "384x832", "Samsung", 16),
    Device("mobile", "Android", "15", "Android Webview", "412x915", "Xiaomi", 9),
    Device("tablet", "iOS", "18.6", "Safari", "820x1180", "Apple", 14),
    Device("tablet", "Android", "14", "Chrome", "800x1280", "Samsung", 5),
    Device("desktop", "Windows", "11", "Opera", "1920x1080", "(not set)", 7),
    Device("smart tv", "Tizen", "6.5", "Samsung Internet", "1920x1080", "Samsung", 0.6, 220),
    Device("desktop", "(not set)", "(not set)", "(not set)", "(not set)", "(not set)", 1.5, 260),
    Device("desktop", "Windows", "(not set)", "<b>Bold</b> 'Browser' & Co", "800x600", "(not set)", 0.3, 240),
)

POOL = 20_000
"""The number of different visitors."""


@cache
def make_people(seed: int, *, nasty: bool) -> tuple[Person, ...]:
    """Returns the visitors that visits are made of."""
    random = Random(seed)
    places = random.choices(PLACES, [p.nasty if nasty and p.nasty else p.weight for p in PLACES], k=POOL)
    devices = random.choices(DEVICES, [d.nasty if nasty and d.nasty else d.weight for d in DEVICES], k=POOL)
    return tuple(map(Person, places, devices))
