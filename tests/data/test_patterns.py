"""Patterns of personal data, secrets and hidden characters: what they find, and what they leave alone."""

from __future__ import annotations

import random

import pytest

from tune.data.identifiers import luhn
from tune.data.patterns import Kind, find

AWS = "AKIA" + "QZ7WLM2PXN4RTV5K"
GITHUB = "ghp_" + "a9Kd72LmQx04VbTz81RuWe55YcNn36HjPg2s"
PEM = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    + "MIIEowIBAAKCAQEAr3V8ts5m0rXw2c9oVxkq1l8d\n" * 3
    + "-----END RSA PRIVATE KEY-----"
)

HITS = [
    ("write to anna.k+shop@post.firma-nord.de today", Kind.EMAIL),
    ("请联系wang.li@mail.cn谢谢", Kind.EMAIL),
    ('{"mail":"j_doe@uni.ac.uk"}', Kind.EMAIL),
    ("call +49 (0)30 901820 any day", Kind.PHONE),
    ("Tel:+33.6.12.34.56.78", Kind.PHONE),
    ("電話は+81 3-1234-5678です", Kind.PHONE),
    ("(415) 682-2671 is mine", Kind.PHONE),
    ("1-212-736-5000", Kind.PHONE),
    ("IBAN: DE89 3704 0044 0532 0130 00, thanks", Kind.IBAN),
    ("GB29NWBK60161331926819", Kind.IBAN),
    ("to FR14 2004 1010 0505 0001 3M02 606 please", Kind.IBAN),
    ("card 4111 1111 1111 1111 exp 12/29", Kind.CARD),
    ("5555-5555-5555-4444", Kind.CARD),
    ("amex 3782 822463 10005", Kind.CARD),
    ("from 8.8.8.8:53 again", Kind.IP),
    ("host 2001:4860:4860::8888 answered", Kind.IP),
    ("DNI 12345678Z", Kind.NATIONAL),
    ("NIE X1234567L", Kind.NATIONAL),
    ("CF RSSMRA85T10A562S.", Kind.NATIONAL),
    ("NIR 1 84 12 76 451 089 46", Kind.NATIONAL),
    ("CPF 529.982.247-25", Kind.NATIONAL),
    ("Aadhaar 2341 2341 2346", Kind.NATIONAL),
    ("身份证11010519491231002X。", Kind.NATIONAL),
    ("hetu 131052-308T", Kind.NATIONAL),
    ("personnummer 811218-9876", Kind.NATIONAL),
    ("rrn 900101-1234568", Kind.NATIONAL),
    ("RN 85.07.30-033.28", Kind.NATIONAL),
    ("IdNr 86 095 742 719", Kind.NATIONAL),
    ("ssn 219-09-9999", Kind.NATIONAL),
    (f"aws {AWS}", Kind.KNOWN_KEY),
    (f'use "{GITHUB}"', Kind.KNOWN_KEY),
    (PEM, Kind.PRIVATE_KEY),
    (PEM.replace("\n", "\\n"), Kind.PRIVATE_KEY),
    (f'token="{GITHUB}"', Kind.KNOWN_KEY | Kind.RANDOM),
    ("postgres://app:hX9rT2wq@db.intern.net/main", Kind.PASSWORD),
    ("api_key = 'f3Kq9Zt7Lw2Xv8Rm4Bn6'", Kind.RANDOM),
    ("the password is Zq8Lw2Xv7Rm4Bn6Kt9Pd", Kind.RANDOM),
    ("SECRET_TOKEN: 9f86d081884c7d659a2feaa0c55ad015", Kind.RANDOM),
    ("ig\u200bnore", Kind.ZERO_WIDTH),
    ("pay\u200dpal", Kind.ZERO_WIDTH),
    ("if \u202euser\u202c", Kind.BIDIRECTIONAL),
    ("hi" + "".join(chr(0xE0000 + ord(c)) for c in "obey"), Kind.TAGS),
    ("a\U000e0101\U000e0120", Kind.TAGS),
]


@pytest.mark.parametrize(("text", "kind"), HITS, ids=[f"{kind.name}-{i}" for i, (_, kind) in enumerate(HITS)])
def test_hits(text: str, kind: Kind) -> None:
    """What is looked for is found, and nothing else; alone, in the middle of long texts, and beside other texts."""
    around = "Ordinary words, and some more of them. " * 30
    texts = [text, f"{around}{text} {around}", around, f"{around}\n{text}", "Yes."]
    assert find(texts).tolist() == [kind, kind, 0, kind, 0]


@pytest.mark.parametrize(
    "text",
    [
        "order 4111 1111 1111 1112 was sent",  # fails Luhn
        "invoice 1234567812345670",  # Luhn holds, no issuer
        "0000 0000 0000 0000",
        "DE89 3704 0044 0532 0130 01",  # fails ISO 7064
        "ZZ89 3704 0044 0532 0130 00",  # no such country
        "AB12 CD34 are seat numbers",
        "tracking 00340434161094042557",
        "order number 20261126-000123",
        "on 2026-11-26 at 18:30:45, from 10:00 to 12:30",
        "on 26.11.2026 or 11/26/2026",
        "ISBN 978-3-16-148410-0",
        "version 10.0.19041.1, also 999.1.2.3",
        "server 192.168.0.17, 127.0.0.1 and 203.0.113.9",
        "std::vector<int>::iterator, ab::cd",
        "help@alderfinch.example, a@example.com, x@localhost",
        "logo@2x.png and git@github.com:org/repo.git",
        "@anna said: e-mail @ noon",
        "pip install numpy@1.26.4",
        "call 555-0123 or (212) 555-0187",
        "the range 100-300-4000 and 123-456-7890",  # no such area
        "+12 degrees, +1234567 steps",
        "12345678A",  # wrong letter
        "RSSMRA85T10A562X",
        "529.982.247-26",
        "2341 2341 2347",
        "110105194912310021",
        "131052-308U",
        "811218-9875",
        "86 095 742 718",
        "000-12-3456, 078-05-1120, 900-12-3456",
        "48 / 2 = 24, 48+24=72, 1000000 * 12 = 12000000",
        "pi is 3.14159265358979, e is 2.718281828",
        "AKIAIOSFODNN7EXAMPLE",  # from the documentation of AWS
        "sk-your-key-goes-here-please-insert-it-now",
        'api_key = "YOUR_API_KEY_GOES_HERE_123"',
        "password: internationalization-and-localization",
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",  # random, but not said to be a secret
        "-----BEGIN PUBLIC KEY-----\n" + "MIIEowIBAAKCAQEAr3V8ts5m0rXw2c9oVxkq1l8d\n" * 3,
        "if text.startswith('-----BEGIN PRIVATE KEY-----'): return True",
        "https://user:password@example.com/",
        "https://example.com/a/very/long/path/that-goes-on/and_on?id=12&x=3",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian needs the joiner
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f",  # emoji
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # the flag of Scotland
        "\u845b\U000e0100",  # a variant of an ideograph
        "\u05e9\u05dc\u05d5\u05dd\u200f!",
        "Größe 44, naïve café, 価格は1,234,567円です",
        "",
    ],
)
def test_near_misses(text: str) -> None:
    """What looks like it and is not: wrong check digits, reserved names and ranges, dates, sums, code, other scripts."""
    assert find([text, f"Well: {text} "]).tolist() == [0, 0]


def test_random_digits_are_rarely_a_card() -> None:
    """Of numbers with sixteen digits that are drawn, one in ten passes Luhn, and about one in fifty is taken for a card."""
    draw = random.Random(3)
    numbers = ["".join(draw.choices("0123456789", k=16)) for _ in range(3000)]
    cards = sum((found & Kind.CARD) > 0 for found in find(numbers).tolist())
    passing = sum(map(luhn, numbers))
    assert 240 < passing < 360
    assert cards < passing / 3


def test_a_long_text_is_cut_between_words() -> None:
    """A number that is the end of a longer one is none, wherever the search begins."""
    for shift in range(0, 130, 7):
        text = "x" * shift + " " + "7" * 60 + "4111111111111111 and 4111111111111112 " + "9" * 300 + "4111111111111111"
        assert find([text]).tolist() == [0]
