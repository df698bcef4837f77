"""Numbers that name a person, an account or a card, told from other numbers by their form and their check digits."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

_IBAN_LENGTHS = dict(
    re.findall(
        r"([A-Z]{2})(\d+)",
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 "
        "FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 "
        "LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 "
        "RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30",
    )
)
"""Characters of an IBAN by country: the IBAN registry (ISO 13616), release 99."""

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?![A-Za-z0-9])")
_CARD = re.compile(r"(?<![\w.+/-])(?:\d{4}([ -]?)\d{4}\1\d{4}\1\d{1,7}|3[47]\d{2}([ -]?)\d{6}\2\d{5})(?![\w/-]|[.,]\d)")
_ISSUERS = re.compile(
    r"4(\d{12}|\d{15}|\d{18})|(5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}|(6011|65\d\d|64[4-9]\d)\d{12}"
    r"|35(2[89]|[3-8]\d)\d{12}|3(0[0-5]|[689]\d)\d{11}|62\d{14,17}"
)
"""Prefixes and lengths by issuer (ISO/IEC 7812): Visa, Mastercard, American Express, Discover, JCB, Diners, UnionPay."""

_INTERNATIONAL = re.compile(r"(?<![\w+])\+([1-9](?:[ .()/-]{0,2}\d){7,14})(?!\w)", re.ASCII)
_NORTH_AMERICAN = re.compile(
    r"(?<![\w.+/-])(?:1[ .-])?(?:\(([2-9]\d\d)\) ?|([2-9]\d\d)[ .-])([2-9]\d\d)[ .-](\d{4})(?![\w/-]|\.\d)",
    re.ASCII,
)
_SHORT = re.compile(r"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")
_THREE_DIGITS = re.compile(
    r"21[0-36-8]|22\d|23\d|24\d|25[0-8]|26\d|29[0179]|35\d|37[0-8]|38[0-35-79]|42[013]|50\d|59\d"
)
_MORE_THREE_DIGITS = re.compile(r"6[78]\d|69[0-2]|85[0-6]|880|886|96[0-8]|97[0-79]|99[2-68]")
"""Country codes of ITU-T E.164."""


def iban(text: str) -> bool:
    """Whether an account number stands in a text: its country's length, and the check of ISO 7064 (97-10)."""
    return any(_is_iban(found) for found in _IBAN.findall(text))


def _is_iban(found: str) -> bool:
    length = int(_IBAN_LENGTHS.get(found[:2], 0))
    whole = found.replace(" ", "")[:length]  # what follows may be the next word
    if not length or len(whole) < length:
        return False
    return int("".join(str(int(c, 36)) for c in whole[4:] + whole[:4])) % 97 == 1


def luhn(digits: str) -> bool:
    """The check of ISO/IEC 7812: every second digit from the right is doubled."""
    values = [int(d) for d in reversed(digits)]
    return (sum(values[::2]) + sum(sum(divmod(2 * d, 10)) for d in values[1::2])) % 10 == 0


def card(text: str) -> bool:
    """Whether the number of a payment card stands in a text: an issuer's prefix and length, and Luhn's check."""
    numbers = (_digits(found.group()) for found in _CARD.finditer(text))
    return any(len(set(n)) > 1 and _ISSUERS.fullmatch(n) and luhn(n) for n in numbers)


def phone(text: str) -> bool:
    """Whether a telephone number stands in a text: international with a country code, or in North American form. Numbers
    that are kept free for fiction (555-0100 to 555-0199) are nobody's."""
    for found in _INTERNATIONAL.finditer(text):
        digits = _digits(found.group(1))
        if 8 <= len(digits) <= 15 and _country_code(digits) and not _fictional(digits[-7:]):
            return True
    for found in _NORTH_AMERICAN.finditer(text):
        area, exchange = found.group(1) or found.group(2), found.group(3)
        if not area.endswith("11") and not exchange.endswith("11") and not _fictional(exchange + found.group(4)):
            return True
    return False


def _fictional(last: str) -> bool:
    return last.startswith("55501")


def _country_code(digits: str) -> bool:
    return any(codes.match(digits) for codes in (_SHORT, _THREE_DIGITS, _MORE_THREE_DIGITS))


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        return bool(date(year, month, day))
    except ValueError:
        return False


def _weighted(digits: str, weights: str) -> int:
    return sum(int(d) * int(w) for d, w in zip(digits, weights, strict=False))


def _spain(found: str) -> bool:
    """DNI and NIE: the letter is the number modulo 23."""
    number = int(found[:8].translate(str.maketrans("XYZ", "012")))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == found[-1]


_ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
"""Values of the letters A to Z, and of the digits 0 to 9, in odd places."""


def _italy(found: str) -> bool:
    """Codice fiscale: values of the odd and even places, modulo 26."""
    values = [int(c) if c.isdigit() else ord(c) - ord("A") for c in found[:15]]
    total = sum(_ODD[value] for value in values[::2]) + sum(values[1::2])
    return chr(ord("A") + total % 26) == found[15]


def _france(found: str) -> bool:
    """NIR: 97 less the number modulo 97; the departments 2A and 2B of Corsica count as 19 and 18."""
    whole = found.replace(" ", "").replace("2A", "19").replace("2B", "18")
    return 97 - int(whole[:13]) % 97 == int(whole[13:])


def _brazil(found: str) -> bool:
    """CPF: two digits modulo 11."""
    digits = _digits(found)
    checks = (sum(int(d) * (n + 1 - i) for i, d in enumerate(digits[:n])) * 10 % 11 % 10 for n in (9, 10))
    return len(set(digits)) > 1 and "".join(map(str, checks)) == digits[9:]


_VERHOEFF = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
for _ in range(6):
    _VERHOEFF.append([_VERHOEFF[-1][d] for d in _VERHOEFF[1]])


def _dihedral(a: int, b: int) -> int:
    """Multiplication in the dihedral group of order ten."""
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5


def _india(found: str) -> bool:
    """Aadhaar: Verhoeff's check."""
    state = 0
    for i, d in enumerate(reversed(_digits(found))):
        state = _dihedral(state, _VERHOEFF[i % 8][int(d)])
    return state == 0


def _china(found: str) -> bool:
    """Resident identity number: a day of birth, and ISO 7064 (11-2)."""
    total = sum(int(d) * pow(2, 17 - i, 11) for i, d in enumerate(found[:17]))
    day = _is_day(int(found[6:10]), int(found[10:12]), int(found[12:14]))
    return day and 1900 <= int(found[6:10]) < 2100 and "10X98765432"[total % 11] == found[17]


def _finland(found: str) -> bool:
    """Henkilötunnus: the nine digits modulo 31."""
    century = {"+": 1800, "-": 1900, "A": 2000}[found[6]]
    day = _is_day(century + int(found[4:6]), int(found[2:4]), int(found[:2]))
    return day and "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(found[:6] + found[7:10]) % 31] == found[10]


def _sweden(found: str) -> bool:
    """Personnummer: a day of birth, and Luhn's check."""
    digits = _digits(found)[-10:]
    return _is_day(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6])) and luhn(digits)


def _korea(found: str) -> bool:
    """Resident registration number: a day of birth, and a digit modulo 11."""
    digits = _digits(found)
    check = (11 - _weighted(digits, "234567892345") % 11) % 10
    return _is_day(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6])) and check == int(digits[12])


def _belgium(found: str) -> bool:
    """Rijksregisternummer: 97 less the number modulo 97, with a 2 before it for those born from 2000 on."""
    digits = _digits(found)
    return any(97 - int(before + digits[:9]) % 97 == int(digits[9:]) for before in ("", "2"))


def _germany(found: str) -> bool:
    """Steuer-Identifikationsnummer: one digit of the first ten stands twice or three times, and ISO 7064 (11, 10)."""
    digits, product = _digits(found), 10
    for d in digits[:10]:
        product = ((product + int(d)) % 10 or 10) * 2 % 11
    repeated = sorted(digits[:10].count(d) for d in set(digits[:10]))
    return repeated[-1] in (2, 3) and repeated[-2] == 1 and (11 - product) % 10 == int(digits[10])


def _america(found: str) -> bool:
    """Social security number, which has no check digit: the areas and groups that are given out."""
    area, group, serial = found.split("-")
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000" and found != "078-05-1120"


_NATIONAL: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = tuple(
    (re.compile(rf"(?<![\w.+/-])(?:{form})(?![\w/-]|\.\d)", re.ASCII), check)
    for form, check in (
        (r"(?:\d{8}|[XYZ]\d{7})-?[A-HJ-NP-TV-Z]", _spain),
        (r"[A-Z]{6}\d\d[ABCDEHLMPRST]\d\d[A-Z]\d{3}[A-Z]", _italy),
        (r"[12] ?\d\d ?(?:0[1-9]|1[0-2]) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d", _france),
        (r"\d{3}\.\d{3}\.\d{3}-\d\d", _brazil),
        (r"[2-9]\d{3} \d{4} \d{4}", _india),
        (r"[1-9]\d{16}[\dX]", _china),
        (r"\d{6}[-+A]\d{3}[0-9A-FHJ-NPR-Y]", _finland),
        (r"(?:19|20)?\d{6}[-+]\d{4}", _sweden),
        (r"\d{6}-[1-8]\d{6}", _korea),
        (r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d", _belgium),
        (r"\d\d \d{3} \d{3} \d{3}", _germany),
        (r"\d{3}-\d\d-\d{4}", _america),
    )
)
COUNTRIES = "Belgium, Brazil, China, Finland, France, Germany, India, Italy, Korea, Spain, Sweden, United States"


def national(text: str) -> bool:
    """Whether the number by which a state knows a person stands in a text, for one of COUNTRIES, in its usual writing."""
    return any(check(found.group()) for form, check in _NATIONAL for found in form.finditer(text))
