"""Invented businesses and the values that their facts take; every draw is random, none is a real shop's."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

# kind, tags (s shop, p place to visit), what it sells or lends
_BUSINESSES = (
    ("bookshop", "s", "books"), ("toy shop", "s", "toys"), ("furniture shop", "s", "home"),
    ("clothing shop", "s", "clothes"), ("pet shop", "s", "pets"), ("garden centre", "s", "garden"),
    ("outdoor shop", "s", "outdoor"), ("sports shop", "s", "outdoor"), ("shoe shop", "s", "clothes"),
    ("bicycle shop", "s", "bikes"), ("camera shop", "s", "tech"), ("phone shop", "s", "tech"),
    ("music shop", "s", "music"), ("hardware store", "s", "tools"), ("camping store", "s", "outdoor"),
    ("kitchen shop", "s", "home"), ("tea shop", "s", "food"), ("online grocery", "s", "food"),
    ("climbing shop", "s", "outdoor"), ("fishing shop", "s", "outdoor"), ("craft shop", "s", "craft"),
    ("stationery shop", "s", "craft"), ("baby shop", "s", "toys"), ("ski shop", "s", "outdoor"),
    ("wine shop", "s", "food"), ("lamp shop", "s", "home"), ("hat shop", "s", "clothes"),
    ("electronics store", "s", "tech"), ("running shop", "s", "clothes"), ("horse riding shop", "s", "pets"),
    ("library", "p", "books"), ("bakery", "p", "food"), ("hotel", "p", "home"), ("gym", "p", "outdoor"),
    ("dental clinic", "p", "tools"), ("museum", "p", "craft"), ("bike rental", "p", "bikes"), ("cinema", "p", "food"),
    ("post office", "p", "craft"), ("music school", "p", "music"), ("repair shop", "p", "tools"),
    ("swimming pool", "p", "clothes"), ("zoo", "p", "toys"), ("ferry company", "p", "bikes"), ("hair salon", "p", "tools"),
    ("campsite", "p", "outdoor"), ("climbing hall", "p", "outdoor"), ("boat rental", "p", "outdoor"),
    ("language school", "p", "books"), ("theatre", "p", "music"), ("castle", "p", "toys"), ("cafe", "p", "food"),
    ("ice rink", "p", "clothes"), ("dance school", "p", "clothes"), ("car wash", "p", "tools"),
    ("tool hire", "p", "tools"), ("youth hostel", "p", "home"), ("botanical garden", "p", "garden"),
    ("farm shop", "s", "food"), ("second-hand shop", "s", "clothes"),
)  # fmt: skip
_ITEMS = {
    "books": "book,atlas,novel,cookbook,dictionary,map,comic,travel guide,calendar,notebook,picture book,diary",
    "toys": "puzzle,doll,kite,board game,teddy bear,toy train,ball,pushchair,scooter,rattle,card game,wooden horse",
    "home": "chair,table,sofa,bed,shelf,lamp,mirror,carpet,kettle,pan,blanket,pillow,wardrobe,desk,knife,teapot,clock",
    "clothes": "jacket,jumper,shirt,coat,dress,hat,skirt,scarf,belt,swimsuit,raincoat,waistcoat,T-shirt,cap,hoodie",
    "pets": "dog bed,lead,collar,aquarium,cage,saddle,riding helmet,food bowl,scratching post,blanket,dog coat,brush",
    "garden": "spade,lawn mower,hose,flower pot,rake,garden chair,watering can,hedge trimmer,parasol,bird house,hammock",
    "outdoor": "tent,rucksack,backpack,jacket,sleeping bag,stove,lamp,rope,helmet,headlamp,sleeping mat,compass,cool box,"
    "water bottle,fleece,rain jacket,down jacket,head torch,camping chair,hammock,harness,flask,dry bag,ice axe,sledge,"
    "poncho,camping table,fishing rod,walking pole,penknife,tarp,lantern,map case,cap,snorkel,ski helmet,water filter",
    "bikes": "bicycle,bike lock,helmet,bike lamp,pump,saddle,child seat,pannier,bell,trailer,inner tube,rain cape,basket",
    "tech": "phone,charger,camera,tripod,tablet,laptop,printer,speaker,battery,power bank,watch,radio,screen,keyboard",
    "music": "guitar,violin,drum,flute,piano,trumpet,music stand,keyboard,ukulele,microphone,accordion,cello",
    "tools": "drill,saw,hammer,ladder,screwdriver,toolbox,paint roller,work lamp,sander,wrench,vice,hair dryer,mixer",
    "food": "hamper,cake,teapot,cheese board,coffee machine,gift basket,bread knife,lunch box,bottle of wine,loaf,pie",
    "craft": "pen,sketchbook,paint box,sewing machine,stamp,easel,globe,fountain pen,knitting set,poster,frame,ruler",
}  # fmt: skip
ITEMS = {group: text.split(",") for group, text in _ITEMS.items()}
_PLURALS = {
    "clothes": "boots,shoes,trousers,gloves,socks,trainers,sandals,jeans,shorts,slippers,wellingtons",
    "outdoor": "boots,hiking boots,gloves,gaiters,walking shoes,trekking poles,climbing shoes,trousers,snowshoes,"
    "crampons,mittens,binoculars,wool socks,rain trousers,sunglasses,skis",
}
PLURALS = {group: text.split(",") for group, text in _PLURALS.items()}
_WORN = {name for names in PLURALS.values() for name in names} | {"jackets", "coats", "shirts", "jumpers"}
_CITIES = [
    "Ashford",
    "Brindley",
    "Calder",
    "Dunmore",
    "Easton",
    "Fairhaven",
    "Glenby",
    "Harwick",
    "Ivybridge",
    "Kelso",
    "Langton",
    "Marlow",
    "Norbury",
    "Oakham",
    "Penrose",
    "Quinton",
    "Redmoor",
    "Selby",
    "Thornby",
    "Upwell",
    "Varley",
    "Westbrook",
    "Yarrow",
    "Zellwood",
    "Brook End",
    "Millford",
    "Stonehaven",
    "Lindal",
    "Rosemere",
    "Ferndale",
    "Altdorf",
    "Bergheim",
    "Lakeside",
    "Kirkby",
    "Wexcombe",
    "Hollins",
    "Tarn",
    "Northgate",
    "Saltby",
    "Eastmere",
]
_NAME_PARTS = [
    "Alder",
    "Amber",
    "Ash",
    "Badger",
    "Bay",
    "Beacon",
    "Birch",
    "Blue Door",
    "Bramble",
    "Bright",
    "Cedar",
    "Clover",
    "Copper",
    "Corner",
    "Crane",
    "Daisy",
    "Dove",
    "Elm",
    "Falcon",
    "Fern",
    "Finch",
    "Fox",
    "Green",
    "Harbour",
    "Hare",
    "Hazel",
    "Heron",
    "Hill",
    "Holly",
    "Ivory",
    "Juniper",
    "Kestrel",
    "Lark",
    "Lemon",
    "Lighthouse",
    "Linden",
    "Maple",
    "Meadow",
    "Mill",
    "Moon",
    "Moss",
    "North",
    "Oak",
    "Olive",
    "Orchard",
    "Otter",
    "Owl",
    "Pebble",
    "Pine",
    "Poppy",
    "Quill",
    "Raven",
    "Red Bridge",
    "River",
    "Robin",
    "Rowan",
    "Saffron",
    "Silver",
    "Sparrow",
    "Spruce",
    "Station",
    "Stone",
    "Sun",
    "Swan",
    "Thistle",
    "Tower",
    "Tulip",
    "Valley",
    "Violet",
    "Wagtail",
    "Walnut",
    "Water",
    "West",
    "Willow",
    "Winter",
    "Wren",
    "Yellow",
]
_STREETS = (
    "Mill,Church,Station,Market,Castle,River,Park,School,Bridge,Garden,Harbour,Forest,Long,New,King,Queen,Rose,Lake"
)
_STREET_PARTS = _STREETS.split(",")
_STREET_ENDS = ("Street", "Road", "Lane", "Avenue", "Square", "Way")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
COUNTRIES = (
    "France", "Spain", "Italy", "Poland", "Norway", "Sweden", "Denmark", "Belgium", "Austria", "Portugal", "Ireland",
    "Switzerland", "Finland", "Greece", "Canada", "Japan", "Iceland", "Hungary", "the Netherlands", "Germany", "Croatia",
)  # fmt: skip
COLOURS = [
    "blue",
    "red",
    "green",
    "black",
    "grey",
    "yellow",
    "white",
    "brown",
    "orange",
    "purple",
    "pink",
    "navy",
    "beige",
    "olive",
]
SIZES = [
    "35",
    "36",
    "37",
    "38",
    "39",
    "40",
    "41",
    "42",
    "43",
    "44",
    "46",
    "S",
    "M",
    "L",
    "XL",
    "XS",
    "XXL",
    "10",
    "12",
    "14",
    "16",
]
FIRST_NAMES = [
    "Anna",
    "Ben",
    "Carla",
    "David",
    "Emma",
    "Felix",
    "Grace",
    "Henry",
    "Ida",
    "Jack",
    "Kate",
    "Leo",
    "Mia",
    "Noah",
    "Olga",
    "Paul",
    "Rosa",
    "Sam",
    "Tina",
    "Victor",
    "Wendy",
    "Yusuf",
    "Zoe",
    "Omar",
    "Priya",
    "Lena",
    "Marek",
    "Aisha",
    "Tom",
    "Lucy",
    "Nils",
    "Hana",
]
HOLIDAYS = ("Easter Monday", "New Year's Day", "Christmas Eve", "Good Friday", "Whit Monday", "1 May", "Boxing Day")
_WORDS = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def article(noun: str) -> str:
    """Return ``noun`` with its indefinite article."""
    return ("an " if noun[0] in "aeioAEIO" or noun.startswith(("umbr", "under")) else "a ") + noun


def plural(noun: str) -> str:
    """Return the plural of a product noun."""
    if noun == "bottle of wine":
        return "bottles of wine"
    if noun == "loaf":
        return "loaves"
    if noun in ("knife", "bread knife", "penknife"):
        return noun[:-2] + "ves"
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def _price(rng: random.Random, low: int, high: int) -> str:
    whole = rng.randint(low, high)
    if rng.random() < 0.5:
        return str(whole)
    return f"{whole}.{rng.choice(('50', '90', '95', '99', '20', '40', '60', '80'))}"


def money(rng: random.Random, context: Mapping[str, str], amount: str) -> str:
    """Return ``amount`` in the document's currency."""
    return context["cur"].replace("#", amount)


_CURRENCIES = ("£#", "£#", "€#", "# euros", "# euros", "# pounds", "$#", "# francs")


def _clock(rng: random.Random, low: int, high: int) -> str:
    hour = rng.randint(low, high)
    half = rng.random() < 0.3
    form = rng.random()
    if form < 0.5:
        suffix = "am" if hour < 12 else "pm"
        number = hour if hour <= 12 else hour - 12
        return f"{number}.30 {suffix}" if half else f"{number} {suffix}"
    return f"{hour}:30" if half else f"{hour}:00"


def _hours(rng: random.Random, context: Mapping[str, str]) -> str:
    start, end = _clock(rng, 7, 11), _clock(rng, 15, 21)
    if (":" in start) != (":" in end):
        return f"{rng.randint(7, 11)} am to {rng.randint(3, 9)} pm"
    return f"{start} to {end}"


def _range(rng: random.Random, context: Mapping[str, str]) -> str:
    low = rng.randint(1, 9)
    high = low + rng.randint(1, 4)
    unit = rng.choice(("working days", "working days", "days"))
    form = rng.random()
    if form < 0.5:
        return f"{low} to {high} {unit}"
    if form < 0.7 and high <= 10:
        return f"{_word(low)} to {_word(high)} {unit}"
    return f"{high} {unit}"


def _word(number: int) -> str:
    return "one" if number == 1 else _WORDS[number - 2]


def _years(rng: random.Random, context: Mapping[str, str]) -> str:
    return rng.choice(("one year", "two years", "2 years", "three years", "3 years", "five years", "5 years", "18 months",
                       "ten years", "6 months", "four years", "24 months", "12 months", "7 years"))  # fmt: skip


def _email(rng: random.Random, context: Mapping[str, str]) -> str:
    box = rng.choice(("hello", "info", "service", "help", "contact", "post", "team", "mail", "office", "support"))
    stem = context["shop"].lower().replace(" & ", "-").replace(" ", "").replace("'", "")
    return f"{box}@{stem}.{rng.choice(('example', 'test', 'example'))}"


def _address(rng: random.Random, context: Mapping[str, str]) -> str:
    return f"{street(rng)} in {context['city']}"


def street(rng: random.Random) -> str:
    """Return a street with a house number."""
    return f"{rng.randint(1, 99)} {rng.choice(_STREET_PARTS)} {rng.choice(_STREET_ENDS)}"


def _phone(rng: random.Random, context: Mapping[str, str]) -> str:
    form = rng.randint(0, 2)
    if form == 0:
        return f"0{rng.randint(11, 99)} {rng.randint(100, 999)} {rng.randint(1000, 9999)}"
    if form == 1:
        return f"0{rng.randint(100, 999)} {rng.randint(10, 99)} {rng.randint(10, 99)} {rng.randint(10, 99)}"
    return f"01{rng.randint(100, 999)} {rng.randint(100000, 999999)}"


def _countries(rng: random.Random, context: Mapping[str, str]) -> str:
    some = rng.sample(COUNTRIES, rng.randint(2, 4))
    return ", ".join(some[:-1]) + " and " + some[-1]


def make_value(rng: random.Random, kind: str, context: Mapping[str, str]) -> str:
    """Return a random value of ``kind``; raises KeyError for an unknown kind."""
    return _MAKERS[kind](rng, context)


def _one_of(text: str) -> Callable[[random.Random, Mapping[str, str]], str]:
    options = text.split("|")
    return lambda rng, context: options[int(rng.random() * len(options))]


_MAKERS: dict[str, Callable[[random.Random, Mapping[str, str]], str]] = {
    "price": lambda rng, c: money(rng, c, _price(rng, 2, 19)),
    "mid": lambda rng, c: money(rng, c, _price(rng, 8, 75)),
    "big": lambda rng, c: money(rng, c, str(rng.choice((25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 90, 100, 110,
                                                        120, 150, 180, 200, 250)))),
    "range": _range,
    "ndays": lambda rng, c: rng.choice((f"{rng.randint(3, 60)} days", f"{rng.randint(2, 8)} weeks", "14 days", "30 days",
                                        f"{_word(rng.randint(2, 10))} days", f"{_word(rng.randint(2, 8))} weeks")),
    "waitdays": lambda rng, c: rng.choice((f"{rng.randint(5, 21)} days", f"{rng.randint(5, 15)} working days",
                                           f"{_word(rng.randint(2, 4))} weeks")),
    "hourspan": lambda rng, c: rng.choice((f"{rng.randint(2, 24)} hours", f"{_word(rng.randint(2, 10))} hours",
                                           "one hour", "30 minutes", "one day")),
    "hours": _hours,
    "clock": lambda rng, c: _clock(rng, 8, 20),
    "years": _years,
    "email": _email,
    "address": _address,
    "phone": _phone,
    "countries": _countries,
    "pc": lambda rng, c: rng.choice(("5 %", "10 %", "15 %", "20 %", "8 %", "12 %", "25 %", "10 percent", "5 percent")),
    "num": lambda rng, c: str(rng.randint(2, 40)),
    "points": lambda rng, c: str(rng.choice((50, 100, 150, 200, 250, 300, 400, 500, 1000))),
    "perday": lambda rng, c: _MAKERS["mid"](rng, c) + rng.choice((" a day", " a weekend", " a week", " per day")),
    "perhour": lambda rng, c: _MAKERS["price"](rng, c) + rng.choice((" an hour", " a day", " for two hours")),
    "peryear": lambda rng, c: _MAKERS["mid"](rng, c) + rng.choice((" a year", " a month", " for six months")),
    "perlate": lambda rng, c: _MAKERS["price"](rng, c) + rng.choice((" a day", " a week")),
    "cond": _one_of("unused and in the original packaging|unworn and with the labels|clean and unused|unused and complete"),
    "excl": _one_of("normal wear or accidents|normal wear or misuse|wear, burns or accidents|scratches or normal wear"),
    "runs": _one_of("run small, so take one size bigger|run large, so take one size smaller|are true to size"),
    "mins": lambda rng, c: f"{rng.choice((5, 10, 15, 20, 25, 30, 45, 60, 90))} minutes",
    "age": lambda rng, c: str(rng.randint(4, 18)),
    "day": lambda rng, c: rng.choice(DAYS),
    "date": lambda rng, c: f"{rng.randint(1, 28)} {rng.choice(MONTHS)}",
    "month": lambda rng, c: rng.choice(MONTHS),
    "city": lambda rng, c: rng.choice(_CITIES),
    "temp": _one_of("30 degrees|40 degrees|20 degrees|60 degrees"),
    "fastday": _one_of("the next working day|the next day|within 24 hours|by noon the next day|within one day"),
    "readytime": _one_of("after two hours|the next day|within 24 hours|within three hours|the same day|after one day|"
                         "within 4 hours|after 30 minutes|the next working day"),
    "replytime": _one_of("within 24 hours|within one working day|within two working days|within three days|"
                         "the same day|within a few hours|within 48 hours|by the next morning"),
    "repairtime": _one_of("about a week|two weeks|three to five days|ten days|one to two weeks|two to three weeks|"
                          "about four days|up to three weeks|six working days|about a month|three days"),
    "where": _one_of("behind the building|in front of the building|in the yard|across the street|under the building|"
                     "next to the entrance|on the roof|at the station|beside the church|in the side street"),
    "floor": _one_of("on the ground floor|on the first floor|on the second floor|in the basement|next to the entrance|"
                     "behind the till|at the back|beside the stairs"),
    "pay": _one_of("cash and card|card and PayPal|cash only|card, invoice and PayPal|cash, card and bank transfer|"
                   "card and bank transfer|all common cards|debit cards and cash|credit card and invoice|card only"),
    "mat": _one_of("recycled polyester|organic cotton|wool|nylon|recycled nylon|cotton|linen|leather|bamboo|hemp|down"),
    "course": _one_of("first aid|sewing|cooking|photography|map reading|knot tying|bike repair|bread baking|pottery|"
                      "painting|climbing|swimming|dancing|gardening|wood carving|guitar|chess|kayaking|yoga"),
    "job": _one_of("a sales assistant|a cashier|a driver|a cleaner|a trainee|weekend staff|a workshop helper"),
}  # fmt: skip


def goods(item: str, item2: str) -> dict[str, str]:
    """Return the context values that name two goods."""
    return {"item": item, "item2": item2, "an": article(item), "an2": article(item2), "cpl": plural(item)}


def business(rng: random.Random, tag: str = "") -> dict[str, str]:
    """Return the context of one document: an invented business, its goods and the customer's details.

    ``tag`` restricts the draw to shops ("s") or places ("p").
    """
    kind, tags, group = rng.choice(_BUSINESSES)
    while tag and tags != tag:
        kind, tags, group = rng.choice(_BUSINESSES)
    pool = ITEMS[group if rng.random() < 0.7 else "outdoor"]
    item, item2 = rng.sample(pool, 2)
    many = rng.choice(PLURALS[group]) if group in PLURALS and rng.random() < 0.4 else plural(item)
    colour, colour2 = rng.sample(COLOURS, 2)
    at = rng.randrange(len(SIZES) - 1)
    day, day2 = rng.sample(DAYS, 2)
    part = rng.choice(_NAME_PARTS)
    context = {
        "tag": tags, "kind": kind, "pl": many,
        "wear": "yes" if item in ITEMS["clothes"] and many in _WORN else "",
        "colour": colour, "colour2": colour2, "size": SIZES[at], "size2": SIZES[at + 1], "day": day, "day2": day2,
        "city": rng.choice(_CITIES), "country": rng.choice(COUNTRIES), "month": rng.choice(MONTHS),
        "name": rng.choice(FIRST_NAMES), "holiday": rng.choice(HOLIDAYS), "num": str(rng.randint(1000, 99999)),
        "street": street(rng), "cur": rng.choice(_CURRENCIES), "pc": f"{rng.choice((5, 10, 15, 20, 30, 50))} %",
    }  # fmt: skip
    context["shop"] = rng.choice((f"{part} {kind.title()}", f"{part} & {rng.choice(_NAME_PARTS)}", f"{part} House", part,
                                  f"{rng.choice(FIRST_NAMES)}'s {kind.title()}", f"The {part}"))  # fmt: skip
    context.update(goods(item, item2))
    context["a_kind"] = article(kind)
    context["course_any"] = make_value(rng, "course", context)
    context["n2"] = str(rng.choice((5, 10, 15, 20)))
    context["points_any"] = str(rng.choice((50, 100, 200, 500)))
    context["big"] = money(rng, context, str(rng.randint(20, 250)))
    context["small"] = money(rng, context, str(rng.randint(5, 90)))
    return context
