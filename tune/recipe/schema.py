"""The recipe: every key that a user can write, with its unit and its consequence.

`docs/recipe.md` and `tune schema` are generated from the docstrings here. Keys that do not work do not exist.
"""

from __future__ import annotations

import re
from datetime import date as Date  # noqa: N812  # the recipe has a key of that name
from pathlib import PurePath
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from tune.text import endings

Share = Annotated[float, Field(ge=0, lt=1)]
PositiveInt = Annotated[int, Field(ge=1)]
PositiveFloat = Annotated[float, Field(gt=0)]
Text = Annotated[str, Field(min_length=1)]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


Checkpointing = Literal["none", "selective", "full"]


class Section(BaseModel):
    """A frozen, strict part of the recipe: unknown keys and values of another type are refused."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )


class Base(Section):
    """The model that is adapted."""

    model: Text
    """A folder, or a Hub id such as `Qwen/Qwen3-4B`. Weights are read as safetensors only; code from the repository
    is never run."""
    revision: Commit | None = None
    """The commit of a Hub id, 40 hex digits. Without it the newest commit is looked up once, before loading, and
    recorded; with it the run needs no network once the files are cached. `tune pin` writes it here."""
    published_as: Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$")] | None = None
    """Where a folder base is published, as `org/name`. It stands in the adapter's config and on the card; without it
    the local path is removed there and the card says so."""
    quantize: Literal["none", "nf4"] = "none"
    """`nf4` loads the linear layers in 4-bit NormalFloat with double quantization through bitsandbytes, which makes
    this QLoRA: less memory, somewhat slower, slightly less exact."""


class Generator(Section):
    """The model that wrote synthetic rows."""

    model: Text
    """Name of the model, as its owner writes it."""
    terms: Text | None = None
    """The license or terms of use that its output stands under."""


class Source(Section):
    """One source of rows and what its user declares about it. Declared facts are shown as declared, never as found."""

    path: Text | None = None
    """A file (`.jsonl`, `.json`, `.csv`, `.tsv`, `.parquet`, `.txt`; also compressed), a folder, or a pattern such as
    `rows/*.jsonl`, read from the folder where the command runs. Folders and patterns are read in the order of names.
    Each source has either `path` or `dataset`."""
    dataset: Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$")] | None = None
    """A data set of the Hub, as `org/name`. The files of one config and split are downloaded at one commit and read as
    files named by `path` are; code from the repository is never run."""
    config: Text | None = None
    """The config of a `dataset`; its default one when absent."""
    split: Text | None = None
    """The split of a `dataset`; `train` when absent."""
    revision: Commit | None = None
    """The commit of a `dataset`, 40 hex digits. Without it the newest commit is looked up once, before anything is
    loaded, and recorded in the run directory; with it the run needs no network once the files are cached."""
    format: (
        Literal["messages", "sharegpt", "alpaca", "prompt_completion", "preference", "unpaired_preference", "text"]
        | None
    ) = None
    """The format of the rows; see docs/interface.md#row-files. Without it the format is detected from the first row and said. Of
    `preference` rows the chosen answer is learned, of `unpaired_preference` rows the good ones."""
    map: Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")] | None = None
    """A function of yours, as `module:function`, that turns a row (a dict) into one of a known format, or None to leave
    it out. The module is a file in the folder where the command runs; its digest is recorded."""
    rows: PositiveInt | None = None
    """At most this many rows, drawn by `data.seed` from the whole source. All rows when absent."""
    weight: Annotated[float, Field(gt=0, le=100)] = 1
    """How often an epoch holds each row: 2 is twice, 0.5 half of the rows, 1.5 all of them and half of them once more.
    What is drawn follows from `data.seed`. Training sources only."""
    license: Text | None = None
    """License of the rows, as an SPDX or Hub identifier. Without it the card prints unknown."""
    about: Text | None = None
    """What the rows are, in a sentence."""
    collected: Text | None = None
    """How and when the rows came to be."""
    personal_data: Text | None = None
    """What is known of personal data in the rows, e.g. `none: invented people`."""
    generator: Generator | None = None
    """The model that wrote the rows, when they are synthetic."""
    published_at: Text | None = None
    """Where anyone can get these very rows: an address, or a repository and the path in it. A public data set of the
    Hub is public without it."""
    private: bool = False
    """Whether others must not be able to confirm a guess of what the rows are. Their digests and roots are then published
    under a key that stays in the run directory; see docs/disclosure.md. A data set that is private on the Hub is it anyway."""

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        """Rows come from one place, and only a data set of the Hub has parts and commits."""
        if self.private and self.published_at is not None:
            raise ValueError("private and published_at are both given; rows that anyone can get are not private")
        if self.path is not None and self.dataset is not None:
            raise ValueError("path and dataset are both given; keep one of them")
        if self.path is None and self.dataset is None:
            raise PydanticCustomError("no_rows", "has neither path nor dataset")
        for name in ("config", "split", "revision"):
            if self.path is not None and getattr(self, name) is not None:
                raise ValueError(f"{name} goes with dataset, not with path; remove it")
        return self

    @property
    def shown(self) -> str:
        """The source in messages and records: its path, or `org/name (config, split)`."""
        if self.path is not None:
            return self.path
        parts = [part for part in (self.config, self.split or "train") if part]
        return f"{self.dataset} ({', '.join(parts)})"

    @property
    def name(self) -> str:
        """The file's name, or `shown`: what is drawn depends on it, and on no folder. `Data.names` are unique."""
        return self.shown if self.path is None else PurePath(self.path).name


Action = Literal["count", "drop"]


class Findings(Section):
    """What is looked for in the rows: `count` says how many have it, `drop` leaves them out, each with its reason in the
    ledger. What is looked for, how, and what that misses is in docs/data.md."""

    duplicates: Action = "count"
    """Training rows that are an earlier one again, token by token."""
    near_duplicates: Action = "count"
    """Training rows that say nearly the same as an earlier one: at least 0.8 of their word sequences are shared."""
    personal_data: Action = "count"
    """Rows with an e-mail address, phone number, IBAN, card number, public IP address or national identity number in them,
    by pattern and check digits."""
    secrets: Action = "count"
    """Rows with a key of a known form, a private key, a password in an address, or a random value under a telling name."""
    hidden_text: Action = "count"
    """Rows with characters that nobody sees: zero width, bidirectional controls, tags."""
    contamination: Action = "count"
    """Training rows that share a sequence of 13 words with `data.eval` or the prompts of `evaluate.prompts`, or the whole of
    one that has 8 to 12."""

    def dropped(self) -> dict[str, str]:
        """What is to be left out; the rest is counted and decides nothing."""
        return {name: action for name, action in self.model_dump().items() if action == "drop"}


class Data(Section):
    """The rows, how they become tokens, and which tokens carry loss."""

    train: Annotated[tuple[Source, ...], Field(min_length=1)]
    """Sources to learn from, one entry each."""
    eval: tuple[Source, ...] = ()
    """Held-out sources; never trained on, measured before and after."""
    learn_from: Literal["assistant", "last", "all"] = "assistant"
    """Which tokens carry loss: every assistant turn, the last one, or all tokens; none of an answer with `train: false`."""
    max_tokens: Annotated[int, Field(ge=8)] = 2048
    """Longest row in tokens, and the capacity of a pack. `long` says what happens to longer rows."""
    long: Literal["error", "drop", "truncate", "split"] = "error"
    """A row over `max_tokens`: `error` stops and names it; `drop` leaves it out; `truncate` keeps as many whole turns
    from its start as fit; `split` makes several examples, each with the system message and, where it fits, the exchange
    before it to read (with `learn_from: all`, without). Always counted in the ledger and on the card."""
    pack: bool = True
    """Put several rows into one sequence of `max_tokens` so that no time is spent on padding. Rows do not see each
    other."""
    date: Annotated[Date, Field(strict=False)] | None = None
    """The day that chat templates which write the current date put into rows and prompts, e.g. `2026-11-01`. Needed for
    such bases only (gpt-oss, Llama 3.2), so that the same rows come out on every day."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    """Seed of the samples that `rows` draws."""
    max_bad_rows: Annotated[int, Field(ge=0)] = 0
    """How many broken rows may be left out, over all sources. One more stops the run; each is named by file and
    line."""
    findings: Findings = Findings()
    """What is looked for in the rows, and whether rows that have it are counted or left out."""

    @property
    def names(self) -> tuple[str, ...]:
        """What records call the sources, training first: by file, and as much of its folders as tells it from others."""
        every = (*self.train, *self.eval)
        return endings([(s.shown,) if s.path is None else PurePath(s.path).parts for s in every])


class Adapter(Section):
    """The LoRA adapter."""

    rank: PositiveInt = 16
    """Rank r of the two low-rank factors: adapter size and capacity grow with it."""
    alpha: PositiveFloat = 32
    """Scaling numerator: the update is multiplied by alpha / rank."""
    dropout: Share = 0.0
    """Probability that an input of the adapter is zeroed while training."""
    targets: Literal["all-linear"] | Annotated[tuple[Text, ...], Field(min_length=1)] = "all-linear"
    """Which layers get an adapter: every linear layer but the output head and routers, or a list of module names such as
    `[q_proj, v_proj]`. Experts are no linear layers: `[all-linear, experts]` reaches them too; docs/plan.md says what that is in
    each family. When `all-linear` misses most of a model, the plan stops."""
    start_from: Text | None = None
    """Folder of an adapter (PEFT layout) to continue from, instead of a fresh one. Its rank, alpha and targets must be
    the ones written here."""


class Keep(Section):
    """Which checkpoints stay on the disk."""

    last: Annotated[int, Field(ge=2)] = 2
    """The newest ones; two at least, because one must stay whole while another is written."""
    every: PositiveInt | None = None
    """Also one of every so many steps, for as long as the run directory lives: `tune verify --replay` starts from
    these. None when absent."""


INTERVAL = re.compile(r"([1-9][0-9]{0,6})(s|min|h)")


def _interval(value: int | str) -> int | str:
    """Steps, or a time. Raises ValueError."""
    if isinstance(value, int) and value < 1:
        raise ValueError(f"must be at least 1, found {value}")
    if isinstance(value, str) and INTERVAL.fullmatch(value) is None:
        raise ValueError(f'must be a number of steps, or a time such as 30s, 10min or 2h; found "{value}"')
    return value


class Train(Section):
    """How the adapter is learned."""

    operational: ClassVar[frozenset[str]] = frozenset({"save_every", "keep", "report_to"})
    """Keys that change nothing about the adapter."""

    method: Literal["sft"] = "sft"
    """The training method: supervised fine-tuning."""
    adapter: Adapter = Adapter()
    """The LoRA adapter."""
    epochs: PositiveFloat | None = None
    """Passes over the training rows. Give `epochs` or `max_steps`; 1 when neither is given."""
    max_steps: PositiveInt | None = None
    """Optimizer steps, instead of `epochs`."""
    tokens_per_step: PositiveInt = 16_384
    """The batch: tokens that one optimizer step sees, on all devices together. Rounded to whole packs; micro-batch and
    accumulation follow from the plan and do not change the result."""
    learning_rate: PositiveFloat = 2e-4
    """Peak learning rate."""
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    """How the learning rate goes from its peak: down to 0 in a line, down to 0 in a cosine, or not at all."""
    warmup: Annotated[float, Field(ge=0)] = 0.03
    """Steps in which the learning rate rises from 0: a share of all steps when below 1, else a number of steps."""
    optimizer: Literal["adamw", "adamw_8bit", "adafactor"] = "adamw"
    """`adamw` (8 bytes of state a trained parameter), `adamw_8bit` (2 bytes, through bitsandbytes) or `adafactor`."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    """Decoupled weight decay of the adapter's matrices."""
    max_grad_norm: PositiveFloat = 1.0
    """Gradients of a step are scaled down to this norm when they exceed it."""
    evaluate_every: PositiveInt | None = None
    """Steps between measurements of the held-out loss while training; none when absent."""
    save_every: Annotated[int | str, AfterValidator(_interval)] = 100
    """Steps between checkpoints, or a time: `30s`, `10min`, `2h`. A run that dies goes on from its last one. A time is
    stretched where saving would take over 2 % of the run."""
    keep: Keep = Keep()
    """Which checkpoints stay on the disk."""
    report_to: Literal["none", "trackio", "tensorboard", "wandb", "mlflow"] = "none"
    """Where loss, learning rate and gradient norm of each step are also sent, by transformers; its package has to be
    installed (for mlflow: mlflow-skinny). `train/metrics.jsonl` is written in any case."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    """Seed of the adapter's start, of dropout and of the order of the data."""

    @model_validator(mode="after")
    def _one_length(self) -> Train:
        """The length of the run is said once."""
        if self.epochs is not None and self.max_steps is not None:
            raise ValueError("epochs and max_steps are both given; keep one of them")
        return self

    def deciding(self) -> dict[str, Any]:
        """What decides the adapter: every key but the operational ones."""
        return self.model_dump(mode="json", exclude=set(self.operational))


class Launch(Section):
    """On how many devices training runs. Decides nothing about the adapter: the optimizer sees the same sequences in the
    same order however many share them, and changing this section goes on in the same run directory."""

    devices: Literal["auto"] | PositiveInt = "auto"
    """Devices in all, one process each. `auto` takes every GPU of this machine, or one process on a CPU; more than one on
    a CPU share its cores."""
    strategy: Literal["auto", "ddp", "fsdp2"] = "auto"
    """What several devices hold: `ddp` the whole base each, `fsdp2` a part of it each, gathered layer by layer. `auto` takes
    `ddp` where the base fits one device, else `fsdp2`."""
    activation_checkpointing: Literal["auto"] | Checkpointing = "auto"
    """What is computed again in the backward pass instead of kept: `none` of it, every layer but its attention
    (`selective`), or every layer (`full`). More memory or more time, and the same bits. `auto` takes the first of these in
    which a micro-batch fits."""
    deadline_seconds: PositiveInt = 600
    """Longest that a process waits for the others before training is ended. It must cover the longest that one of them
    is busy alone, such as writing a checkpoint."""


class Evaluate(Section):
    """What is measured on base and adapted model, side by side."""

    prompts: Text | None = None
    """A JSONL file of questions with checks (`contains`, `not_contains`, `regex`, `json`, `stops`); see
    docs/interface.md."""
    max_new_tokens: PositiveInt = 128
    """Longest answer, in tokens. Answers that reach it did not stop by themselves."""
    samples: Annotated[int, Field(ge=0)] = 8
    """How many answers of base and adapted model are kept to be read."""


class Export(Section):
    """What is written besides the adapter."""

    merge: bool = False
    """Also write the whole model with the adapter merged into the unquantized base, compared with the adapter."""
    merge_into: Literal["base", "nf4"] = "base"
    """`nf4` merges into the values that 4-bit quantization makes of the base, which are those that QLoRA trained on; the
    result is stored in the base's type all the same."""
    in_memory: bool = False
    """Merge with PEFT, which holds the whole model: for a kind of adapter that docs/export.md does not list."""
    gguf: Literal["f32", "f16", "bf16", "q8_0", "q6_k", "q5_k_m", "q4_k_m", "q3_k_m"] | None = None
    """Also write the merged model as one GGUF file of this type, for llama.cpp and Ollama, made by llama.cpp's own tools:
    the environment variable LLAMA_CPP names their folder. Merges even without `merge: true`."""
    prove: bool = True
    """Load what was written and compare it, in fp32; `false` for a base beyond main memory, and the card says so."""


class Publish(Section):
    """What the result is published under."""

    repo: Text | None = None
    """The repository on the Hub, as `user/name`, that `tune publish` sends the result to when no `--repo` says another; made
    when it is not there, and private. The model is called by its last part, on the card and where a license wants a name of a
    certain form; without it by the name of the run."""
    license: Text | None = None
    """License of the adapter, as a Hub identifier such as `apache-2.0`, or the name that docs/disclosure.md gives the
    license of a model family. Whether the licenses of base and rows permit it is said by `tune check` and on the card.
    Without it the card prints unknown."""
    override: Text | None = None
    """Why it may be published although the license gate refuses it. The reason is stored and stands on the card."""
    prompts_at: Text | None = None
    """Where anyone can get the prompts of `evaluate.prompts`, as `published_at` of a source."""


class Recipe(Section):
    """The one file that a user writes. It reads from top to bottom like the run."""

    recipe: Literal[1]
    """Version of this format."""
    name: Annotated[str, Field(max_length=64)]
    """Name of the run and of its directory: small letters, digits and hyphens."""
    base: Base
    """The model that is adapted."""
    data: Data
    """The rows, how they become tokens, and which tokens carry loss."""
    train: Train = Train()
    """How the adapter is learned."""
    launch: Launch = Launch()
    """On how many devices training runs."""
    evaluate: Evaluate = Evaluate()
    """What is measured on base and adapted model, side by side."""
    export: Export = Export()
    """What is written besides the adapter."""
    publish: Publish = Publish()
    """What the result is published under."""

    def title(self) -> str:
        """What the model is called: as its repository, else as the run."""
        return self.name if self.publish.repo is None else self.publish.repo.rsplit("/", maxsplit=1)[-1]

    @field_validator("recipe", mode="before")
    @classmethod
    def _whole_number(cls, version: object) -> object:
        """Python takes `true` for 1."""
        if isinstance(version, bool):
            raise ValueError(f"found {str(version).lower()}, must be 1")  # noqa: TRY004  # pydantic wants a ValueError
        return version

    @field_validator("name")
    @classmethod
    def _plain_name(cls, name: str) -> str:
        """The name becomes a folder and a repository: nothing that a shell or a URL would trip over."""
        if not name or not all(c in "abcdefghijklmnopqrstuvwxyz0123456789-" for c in name) or name[0] == "-":
            raise ValueError("must be small letters, digits and hyphens, and start with a letter or digit")
        return name
