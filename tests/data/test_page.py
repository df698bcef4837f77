"""The page of rows: every token with its true text and its mask, why each row is shown, and nothing that is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from browser import Browser, contrast
from conftest import CHAT, chat_row, write_recipe, write_rows
from light_base import make_base
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from tune import base as base_stage
from tune.data.encode import Encoder
from tune.data.show import excerpt, pieces, readable
from tune.data.stage import data
from tune.data.view import Example, View
from tune.models import load_tokenizer
from tune.receipt import IGNORED
from tune.recipe import load
from tune.records import BaseRecord, Ledger
from tune.run import Run, create

NASTY = (
    "<script>document.title='taken'</script><img src=\"http://beacon.invalid/a.png\"> </pre></mark> &amp; "
    "<style>@import url(http://beacon.invalid/b.css)</style> {braces} http://beacon.invalid/c"
)
ACCENTS = "Café on the first\nline, 日本 on the second.\x1b[31m\u202e"
LONG = "We count the boats. " * 700

ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "small", "ul", "li", "pre"),
    *("table", "tr", "td", "th", "div", "span", "mark", "i"),
}
"""Elements of the page: none of them loads anything or runs."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A finished data stage over rows that are made to be seen."""
    folder = tmp_path_factory.mktemp("page")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        rows = [chat_row("Is <b>this</b> shown?", NASTY), *[chat_row(q, a) for q, a in CHAT], chat_row("Où?", ACCENTS)]
        more = [chat_row(f"Is shop {i} open?", "Yes, every day.") for i in range(5)]
        write_rows(folder / "train.jsonl", [*rows, chat_row("What do you do?", LONG), rows[1], rows[5], *more])
        write_rows(folder / "eval.jsonl", [chat_row("Is it new?", "Yes, it is."), rows[2]])
        light = make_base(folder / "light")
        recipe = write_recipe(folder / "recipe.yaml", light, data={"max_tokens": 8192}, train={"tokens_per_step": 8192})
        run = create(load(recipe), Path("runs"))
        base_stage.base(run)
        data(run)
        yield run


@pytest.fixture(scope="module")
def page(run: Run) -> Path:
    """Where the page lies."""
    return run.path("data/sample.html").absolute()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """A Chromium that can open files here."""
    found = Browser(tmp_path_factory.mktemp("browser"))
    if found.problem:
        pytest.skip(found.problem)
    return found


@dataclass
class Shown:
    """One row on the page."""

    head: str = ""
    tokens: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Tag, class, title, text."""
    text: str = ""
    """Everything between <pre> and </pre>."""


class Page(HTMLParser):
    """What stands on the page."""

    def __init__(self, text: str) -> None:
        """Reads it."""
        super().__init__()
        self.rows: list[Shown] = []
        self.cells: list[list[str]] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self._inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remembers where in the page the text that follows stands."""
        values = dict(attrs)
        self.tags.add(tag)
        self.attributes |= set(values)
        if tag == "h3":
            self.rows.append(Shown())
        if tag == "tr":
            self.cells.append([])
        if tag in ("td", "th"):
            self.cells[-1].append("")
        if tag != "meta":
            self._inside.append(tag)
        if "pre" in self._inside and "title" in values:
            self.rows[-1].tokens.append((tag, values["class"] or "", values["title"] or "", ""))

    def handle_endtag(self, tag: str) -> None:
        """Every element is closed in its turn."""
        assert self._inside.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text goes to the row, the token or the cell that it stands in."""
        if "pre" in self._inside:
            self.rows[-1].text += data
            if self._inside[-1] in ("span", "mark") and self.rows[-1].tokens:
                *rest, text = self.rows[-1].tokens[-1]
                self.rows[-1].tokens[-1] = (*rest, text + data)  # type: ignore[assignment]
        elif "h3" in self._inside:
            self.rows[-1].head += f"{data.strip()}; "
        elif self._inside[-1:] and self._inside[-1] in ("td", "th", "span") and self.cells:
            self.cells[-1][-1] += data


def row(page: Path, place: str) -> Shown:
    """The row on the page whose head names this place."""
    (found,) = (shown for shown in Page(page.read_text()).rows if f"{place}; " in shown.head)
    return found


def test_page_holds_nothing_that_loads(page: Path) -> None:
    """Only elements and attributes that neither load nor run, whatever stands in the rows, and a policy against the rest."""
    text = page.read_text()
    found = Page(text)
    assert found.tags == ALLOWED
    assert found.attributes == {"class", "title", "style", "lang", "charset", "name", "content", "http-equiv"}
    assert "default-src 'none'; style-src 'unsafe-inline'" in text
    assert "url(" not in text[: text.index("</style>")]


def test_tokens_of_a_row(run: Run, page: Path) -> None:
    """Each token of a row stands there once, in order, with its number, its text, its mask and its kind."""
    tokenizer = load_tokenizer(run.read(BaseRecord))
    example = View(run.path("data"), run.read(Ledger), "train")[7]
    words = [tokenizer.convert_ids_to_tokens(i).replace("▁", " ") for i in example.input_ids]
    control = [i in tokenizer.added_tokens_decoder for i in example.input_ids]
    assert row(page, "train.jsonl:8").tokens == [
        ("span" if label == IGNORED else "mark", "t c" if own else "t", str(i), word)
        for i, label, own, word in zip(example.input_ids, example.labels, control, words, strict=True)
    ]


def test_text_stays_text(page: Path) -> None:
    """Markup in a row is shown as it is written; what steers a terminal or turns a line around is named."""
    assert row(page, "train.jsonl:1").text == (
        f"<s><|user|> Is <b>this</b> shown?<|end|><|assistant|> {NASTY.strip()}<|end|>"
    )
    assert row(page, "train.jsonl:9").text == (
        "<s><|user|> O⟨C3⟩⟨B9⟩?<|end|><|assistant|> Café on the first\nline, ⟨E6⟩⟨97⟩⟨A5⟩⟨E6⟩⟨9C⟩⟨AC⟩ on the second."
        "⟨U+001B⟩[31m⟨E2⟩⟨80⟩⟨AE⟩<|end|>"
    )


def test_why_rows_are_shown(page: Path) -> None:
    """Each row says why it is there, and each is there once; a held-out row that is trained on is among them."""
    whys = {}
    for shown in Page(page.read_text()).rows:
        *reasons, place, _ = shown.head.split("; ")[:-1]
        assert place not in whys
        whys[place] = reasons
    drawn = {place: reasons for place, reasons in whys.items() if reasons == ["random"]}
    assert len(drawn) in range(1, 7)
    assert {place: reasons for place, reasons in whys.items() if place not in drawn} == {
        "train.jsonl:1": ["first"],
        "train.jsonl:7": ["longest", "is over a tenth of all tokens"],
        "train.jsonl:10": ["shortest"],
        "train.jsonl:8": ["repeats another"],
        "train.jsonl:6": ["holds hidden characters"],
        "train.jsonl:9": ["repeats another", "holds hidden characters"],
        "eval.jsonl:2": ["held out", "is also trained on"],
    }


def test_a_very_long_row_is_folded(run: Run, page: Path) -> None:
    """The middle of a row of over 2,000 tokens is left out, and how much that is stands there."""
    view = View(run.path("data"), run.read(Ledger), "train")
    example = view[6]
    shown = row(page, "train.jsonl:7")
    assert len(example.input_ids) > 2000
    assert [int(title) for _, _, title, _ in shown.tokens] == [*example.input_ids[:1000], *example.input_ids[-1000:]]
    left_out = f"{len(example.input_ids) - 2000:,} tokens left out here"
    assert f"{left_out}, {len(example.input_ids) - 2000:,} of them with loss" in shown.text
    assert page.stat().st_size < 300_000


def test_figures_are_those_of_the_ledger(run: Run, page: Path) -> None:
    """Summary, checks and lengths."""
    ledger, text = run.read(Ledger), page.read_text()
    total = ledger.total("train")
    assert f"Loss on {100 * total.loss / total.input:.1f} % of {total.input:,} tokens in 14 rows." in text
    cells = Page(text).cells
    assert cells[: len(ledger.checks)] == [["ok" if c.ok else "look", c.name, c.what] for c in ledger.checks]
    bars = cells[len(ledger.checks) + len(ledger.findings) :]
    looked_for = cells[len(ledger.checks) : -len(bars)]
    assert looked_for == [["look" if any(f.rows) else "ok", f.name, f.what] for f in ledger.findings]
    assert [(bar[0].split(" to ")[1].replace(",", ""), int(bar[2])) for bar in bars] == list(ledger.histogram.items())


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (b"plain text", "plain text"),
        ("Zürich 日本 😀".encode(), "Zürich 日本 😀"),
        (b" \xc3", " ⟨C3⟩"),
        (b"\xa9t", "⟨A9⟩t"),
        (b"\xed\xa0\x80", "⟨ED⟩⟨A0⟩⟨80⟩"),
        (b"a\tb\nc", "a\tb\nc"),
        (b"\x1b[31m\r\x00", "⟨U+001B⟩[31m⟨U+000D⟩⟨U+0000⟩"),
        ("\u202eevil\u200b".encode(), "⟨U+202E⟩evil⟨U+200B⟩"),
        ("👩\u200d💻 می\u200cخواهم".encode(), "👩\u200d💻 می\u200cخواهم"),
        ("⟨C3⟩".encode(), "⟨C3⟩"),
    ],
)
def test_readable(said: bytes, text: str) -> None:
    """Whole characters as they are, bytes of others and what nobody would see by number."""
    assert readable(said) == text


def test_pieces_of_a_byte_level_vocabulary() -> None:
    """A token of whole characters says them; two tokens that share a character say its bytes, and in running text the
    character."""
    letters = {letter: i for i, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    vocabulary = letters | {"Ã©": 256}
    tokenizer = Tokenizer(models.BPE(vocabulary, [("Ã", "©")]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    ids = tokenizer.encode("é ü").ids
    found = pieces(Example("x:1", 1, ids, [IGNORED, *ids[1:]], 0), Encoder(tokenizer))
    assert [(piece.text, piece.learned) for piece in found] == [
        ("é", False),
        (" ", True),
        ("⟨C3⟩", True),
        ("⟨BC⟩", True),
    ]
    assert excerpt(Example("x:1", 1, ids, [IGNORED, *ids[1:]], 0), Encoder(tokenizer)) == "é[ ü]"


MEASURE = """
const style = one => { const s = getComputedStyle(one), r = one.getBoundingClientRect();
  return {color: s.color, back: s.backgroundColor, underline: s.borderBottomWidth, edge: s.boxShadow,
          width: r.width, height: r.height} };
const all = name => [...document.querySelectorAll(name)].map(style);
return {page: style(document.body), learned: all('pre mark.t:not(.c)'), read: all('pre span.t:not(.c)'),
  control: all('pre span.c'), learned_control: all('pre mark.c'), bars: all('.bar'), look: all('.look'), ok: all('.ok'),
  rows: all('pre'), width: document.documentElement.scrollWidth, title: document.title,
  loaded: performance.getEntriesByType('resource').map(one => one.name),
  text: document.body.innerText};
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_a_person_sees(page: Path, run: Run, browser: Browser, scheme: str) -> None:
    """In a browser, in light and in dark: learned tokens have a ground and a line of their own, every token ends with an
    edge, everything can be read (WCAG's 4.5 : 1), bars are as long as their numbers, and a phone need not scroll sideways."""
    seen = SimpleNamespace(**browser.measure(page, MEASURE, scheme))
    ground = seen.page["back"]
    assert (sum(map(int, ground[4:-1].split(","))) > 384) == (scheme == "light")
    assert {token["back"] for token in seen.read} == {"rgba(0, 0, 0, 0)"}
    assert {token["underline"] for token in seen.learned} == {"2px"}
    assert {token["underline"] for token in seen.read} == {"0px"}
    (learned_ground,) = {token["back"] for token in [*seen.learned, *seen.learned_control]}
    assert learned_ground not in (ground, "rgba(0, 0, 0, 0)")
    for token in [*seen.learned, *seen.read, *seen.control, *seen.learned_control]:
        assert "inset" in token["edge"]
        assert token["width"] > 1
    for token in [seen.page, *seen.learned, *seen.read, *seen.control, *seen.learned_control, *seen.look, *seen.ok]:
        own = token["back"] if token["back"] != "rgba(0, 0, 0, 0)" else ground
        assert contrast(token["color"], own) >= 4.5
    assert max(shown["height"] for shown in seen.rows) < 600
    numbers = [number for number in run.read(Ledger).histogram.values() if number]
    widest = max(bar["width"] for bar in seen.bars)
    assert [bar["width"] / widest for bar in seen.bars] == pytest.approx([n / max(numbers) for n in numbers], abs=0.01)
    assert seen.width <= browser.width
    assert seen.loaded == []
    assert seen.title == "What the model learns"
    for words in (
        "held-out rows in training rows",
        "is also trained on",
        "the model learns to write it",
        NASTY.split(" ", maxsplit=1)[0],
    ):
        assert words in seen.text


def test_nothing_is_requested(page: Path, browser: Browser, tmp_path: Path) -> None:
    """The browser asks for nothing that a row names while it shows the page; a page that does load it is noticed. What
    Chromium asks on its own account, such as the time, is not the page's."""
    other = tmp_path / "loads.html"
    other.write_text('<!doctype html><title>x</title><img src="http://beacon.invalid/a.png">')
    assert any("beacon.invalid" in line for line in browser.requests(other))
    assert not any("beacon.invalid" in line for line in browser.requests(page))


def test_a_picture_of_it(page: Path, browser: Browser, tmp_path: Path) -> None:
    """It is drawn: the picture is no blank sheet."""
    picture = browser.picture(page, tmp_path / "page.png")
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(picture) > 20_000
