"""What each stage found. A record is one JSON file in the run directory; together with the recipe they are the whole
contract between stages.

`made` says when and from what a record was made. It and the fields in `clock` (times, paths of this machine, figures
of this device) are left out of `identity()`, so that a later stage that depends on a record is not redone because a
clock ran differently.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from tune.digest import digest
from tune.text import count


class Part(BaseModel):
    """A frozen piece of a record; unknown fields are refused, so a record of another version is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class Made(Part):
    """Where a record comes from."""

    inputs: str
    """Digest of everything that the stage's result depends on."""
    tune: str
    """Version of tune."""
    at: str
    """UTC time at the end, ISO 8601."""
    seconds: float
    """Wall-clock time of the stage."""


class Record(Part):
    """Base of all records."""

    file: ClassVar[str]
    """Where the record lies in the run directory."""
    clock: ClassVar[frozenset[str]] = frozenset()
    """Fields that `identity` leaves out."""

    made: Made

    def identity(self) -> str:
        """Digest of what the record claims, without clocks."""
        return digest(self.model_dump(mode="json", exclude={"made", *self.clock}))


class FileDigest(Part):
    """A file by name, size in bytes and SHA-256."""

    name: str
    bytes: int
    sha256: str


class LicenseFound(Part):
    """The license of a base as found beside its weights; nothing is guessed."""

    tag: str | None
    """`license:` in the front matter of its card."""
    file: str | None
    """Name of its license file."""
    file_sha256: str | None
    file_says: str | None
    """Identifier that the license file's text is recognized as; None when it is not recognized."""


class Shapes(Part):
    """Sizes from config.json that the plan needs."""

    hidden_size: int
    intermediate_size: int
    layers: int
    heads: int
    key_value_heads: int
    head_dim: int
    vocabulary: int
    tied_embeddings: bool
    max_positions: int | None


class BaseRecord(Record):
    """base.json: the base model, by commit and by bytes."""

    file = "base.json"
    clock = frozenset({"folder", "active_parameters", "experts_per_token"})
    """The last two are no clock, but like one: they follow from the files and decide nothing."""

    kind: Literal["folder", "hub"]
    model: str
    """As written in the recipe."""
    repo: str | None
    """Hub repository: the id itself, or what `base.published_as` says."""
    commit: str | None
    folder: str
    """Where the files lie on this machine. Stays in the run directory; never on a card."""
    files: tuple[FileDigest, ...]
    architecture: str
    model_type: str
    parameters: int
    """Counted from safetensors headers; tied weights once."""
    active_parameters: int
    """Of these, those that a token of text is multiplied with; see `tune.operations.active`."""
    experts_per_token: int
    """Experts of a layer that a token goes through; 0 without experts, and where the config does not say."""
    dtype: str
    """Storage type of most parameters, as safetensors names it (BF16, F32, ...)."""
    shapes: Shapes
    tokenizer_sha256: str
    template_sha256: str | None
    template_marks: bool
    """Whether the chat template marks assistant text with `{% generation %}`."""
    stop_token_ids: tuple[int, ...]
    pad_token_id: int
    license: LicenseFound
    quantize: Literal["none", "nf4"]


class RowCounts(Part):
    """Where the rows of a source went: loaded = kept + sum(dropped)."""

    loaded: int
    dropped: dict[str, int]
    kept: int


class TokenCounts(Part):
    """Tokens of the kept rows of a source; `cut` were removed by `long: truncate`."""

    input: int
    loss: int
    cut: int


class DroppedRow(Part):
    """One row that is not trained on, by file and line (1-based)."""

    file: str
    line: int
    reason: str
    what: str


class HubRows(Part):
    """Where the rows of a Hub source come from."""

    repo: str
    config: str
    """As the data set calls it, also where the recipe leaves it out."""
    split: str
    commit: str
    """Resolved before anything was loaded, and passed into every download."""
    private: bool
    """Whether the Hub showed the data set to its owners only when the commit was first looked at."""


class SourceLedger(Part):
    """One source's account."""

    name: str
    split: Literal["train", "eval"]
    path: str
    sha256: str
    """Of the file; of several, the digest of their names and SHA-256."""
    hub: HubRows | None = None
    """None for a source on the disk."""
    bytes: int
    files: tuple[FileDigest, ...]
    format: str
    rows: RowCounts
    examples: int
    """A row gives one; several where its template or `data.long` wants that."""
    tokens: TokenCounts
    cut_rows: int
    dropped_rows: tuple[DroppedRow, ...]
    """The first 1,000 of them."""
    rows_root: str
    """Merkle root over the leaves of the kept rows, in file order."""
    examples_root: str
    """Merkle root over the distinct examples (tokens and labels) of the kept rows."""


class Packing(Part):
    """The sequences that the trainer is fed in an epoch."""

    sequences: int
    capacity_tokens: int
    packed: bool
    fill: float
    """Share of the capacity that holds tokens."""
    examples: int
    """Examples in them; one of a source with a weight may stand there several times."""
    input_tokens: int
    loss_tokens: int


class CheckResult(Part):
    """A named check over all rows."""

    name: str
    ok: bool
    what: str


class Compared(Part):
    """Evaluation texts of one kind that training rows were compared with."""

    texts: int
    compared: int
    """Those that are long enough."""
    found: int
    """Those of which a sequence of words stands in a training row."""


class Finding(Part):
    """One thing that was looked for in the rows."""

    name: str
    action: Literal["count", "drop"]
    rows: tuple[int, ...]
    """Rows that have it, an entry a source, whether they are kept or left out for it. Rows that were left out for another
    reason are not looked at."""
    kinds: dict[str, int]
    """The same by what exactly was found; a row may have several. Empty where there is one kind only."""
    evaluation: dict[str, Compared]
    """Of contamination: what the rows were compared with, by kind."""
    method: str
    version: int
    """Of the method: figures of two versions are not comparable."""
    limits: str

    @property
    def what(self) -> str:
        """In a line: how many rows, and of which kinds."""
        kinds = ", ".join(f"{kind} {count(rows)}" for kind, rows in self.kinds.items() if rows)
        said = f"{count(sum(self.rows))} rows" + (f" ({kinds})" if kinds else "")
        left_out = ", left out" if self.action == "drop" and any(self.rows) else ""
        texts = "; ".join(
            f"{count(part.found)} of {count(part.texts)} {kind}s stand in training rows"
            for kind, part in self.evaluation.items()
            if part.found
        )
        return said + left_out + (f": {texts}" if texts else "")


class Ledger(Record):
    """data/ledger.json: every row accounted for, every token counted."""

    file = "data/ledger.json"
    clock = frozenset({"findings"})
    """No clock, but like one: what is counted changes no token, and it changes with the prompts."""

    sources: tuple[SourceLedger, ...]
    learn_from: str
    template_sha256: str | None
    tokenizer_sha256: str
    lengths: dict[str, int]
    """Tokens of the training examples: min, p50, p90, p99, max."""
    histogram: dict[str, int]
    """Training examples of at most so many tokens, and more than the entry before: powers of two."""
    examples_root: str
    """Merkle root over the distinct examples to train on."""
    packing: Packing
    languages: dict[str, float]
    """Share of (at most 1,000) training examples by the language that they teach, the most frequent first; `und` where it
    could not be told."""
    checks: tuple[CheckResult, ...]
    findings: tuple[Finding, ...]

    def total(self, split: str) -> TokenCounts:
        """Sum of the tokens of a split."""
        parts = [s.tokens for s in self.sources if s.split == split]
        return TokenCounts(
            input=sum(p.input for p in parts), loss=sum(p.loss for p in parts), cut=sum(p.cut for p in parts)
        )

    def kept(self, split: str) -> int:
        """Rows of a split that are used."""
        return sum(s.rows.kept for s in self.sources if s.split == split)


class Device(Part):
    """What the run computes on."""

    kind: Literal["cpu", "cuda", "mps"]
    name: str
    memory_bytes: int
    bf16: bool
    threads: int
    count: int = 1
    """Devices of this kind in the machine; `memory_bytes` is of each."""
    nodes: int = 1
    """Machines like this one that the run has."""


class Probe(Part):
    """What a trial on the device showed. Refines estimates; never the result."""

    seconds_per_step: float
    """Of an optimizer step of the plan, all its micro-batches and the update, on its longest sequences."""
    peak_bytes: int | None
    """Largest allocation during the trial; None where the device does not say."""
    micro_batches_tried: tuple[int, ...]


class Plan(Record):
    """plan.json: how the recipe is carried out on this device."""

    file = "plan.json"
    clock = frozenset(
        {
            "strategy",
            "device",
            "processes",
            "threads",
            "micro_batch_sequences",
            "accumulation",
            "bytes",
            "peak_bytes",
            "coverage",
            "probe",
            "seconds",
            "activation_checkpointing",
        }
    )

    sequences_per_step: int
    steps: int
    sequences: int
    """Sequences fed over all steps, repeats counted; the last step may hold fewer than the others."""
    epochs: float
    warmup_steps: int
    tokens: int
    """Input tokens over all steps."""
    strategy: Literal["one device", "ddp", "fsdp2"]
    device: Device
    processes: int
    """Processes that share each step, one a device."""
    threads: int
    """CPU threads of each."""
    compute_dtype: Literal["bfloat16", "float32"]
    micro_batch_sequences: int
    """Sequences that go through one device at once."""
    accumulation: int
    """Micro-batches of a step in each process."""
    activation_checkpointing: Literal["none", "selective", "full"]
    bytes: dict[str, int]
    """Estimate by part, of one process."""
    peak_bytes: int
    """Estimate of the largest sum at any moment."""
    coverage: dict[str, dict[str, int]]
    """By component of the base: `parameters`, and of these `adapted`."""
    seconds: float
    """Estimate of the training time."""
    probe: Probe | None


class Receipt(Part):
    """What the optimizer really consumed, computed from the tensors it was fed."""

    optimizer_steps: int
    examples: int
    """Examples fed, repeats counted."""
    distinct_examples: int
    input_tokens: int
    loss_tokens: int
    examples_root: str
    order_root: str


class Attempt(Part):
    """One start of the training worker."""

    at: str
    from_step: int
    to_step: int
    """Last step that counts of what it did; what came after its last checkpoint was done again by the next one."""
    device: str
    processes: int
    """Processes that shared each step."""
    threads: int
    micro_batch_sequences: int
    versions: dict[str, str]
    differs: tuple[str, ...]
    """What differs from the conditions under which the checkpoint that it went on from was made: with anything here
    and a step that counts, the run is not the uninterrupted one to the bit."""


class Committed(Part):
    """One checkpoint that was completed, whether or not it is still on the disk."""

    step: int
    adapter_sha256: str
    seal_sha256: str
    """SHA-256 of its `complete.json`, which holds the digests of all its files."""
    order_root: str
    """Root over the steps up to it, as in the receipt."""


class TrainRecord(Record):
    """train.json: what training did."""

    file = "train.json"
    clock = frozenset(
        {"attempts", "checkpoints", "seconds", "saving_seconds", "device", "tokens_per_second", "peak_bytes"}
    )

    finished: bool
    adapter: tuple[FileDigest, ...]
    trainable_parameters: int
    receipt: Receipt
    first_loss: float
    last_loss: float
    """Mean over the last tenth of the steps."""
    held_out: tuple[tuple[int, float], ...]
    """(step, held-out loss) as asked by `train.evaluate_every`."""
    seconds: float
    """Time inside optimizer steps, over all attempts that count."""
    saving_seconds: float
    """Time spent on checkpoints, over all that count."""
    tokens_per_second: float
    peak_bytes: int | None = None
    """The most memory that any of the processes had in use: allocated on a GPU, else resident; None in records of older
    versions."""
    flop: float
    """See `tune.operations.flop`."""
    compute_dtype: str
    device: Device
    attempts: tuple[Attempt, ...]
    checkpoints: tuple[Committed, ...]

    def breaks(self) -> list[Attempt]:
        """Attempts whose steps count and that went on under other conditions than before."""
        return [a for a in self.attempts if a.differs and a.to_step > a.from_step]


class PromptResult(Part):
    """One prompt of `evaluate.prompts` with the answer and the checks that failed."""

    id: str
    passed: bool
    failed: tuple[str, ...]
    stopped: bool
    answer: str


class Sample(Part):
    """An answer kept to be read."""

    id: str
    question: str
    answer: str


class Measured(Part):
    """One model's figures."""

    loss: float | None
    """Mean negative log-likelihood a loss token (nats) over the held-out rows; None without held-out rows."""
    loss_by_source: dict[str, float]
    checks_passed: float | None
    """Share of prompts of which every check holds; None without prompts."""
    checks: tuple[PromptResult, ...]
    stop_rate: float | None
    """Share of answers that end with a stop token within `evaluate.max_new_tokens`."""
    samples: tuple[Sample, ...]


class Evaluation(Record):
    """evaluate.json: base and adapted model, side by side."""

    file = "evaluate.json"

    base: Measured
    tuned: Measured
    loss_tokens: int
    prompts_sha256: str | None
    max_new_tokens: int


class AdapterProof(Part):
    """The adapter, loaded in a fresh process with plain PEFT."""

    tensors: int
    parameters: int
    largest_logit_difference: float | None
    """Against the logits of this process, over the compared rows; None when nothing was compared (`export.prove`)."""


class MergeProof(Part):
    """Merged weights beside the adapter, on the same rows; None for what was not compared (`export.prove`)."""

    files: tuple[FileDigest, ...]
    rows: int
    largest_logit_difference: float | None
    mean_kl: float | None
    """Mean KL divergence (nats) of adapter against merged, over all positions."""
    top1_agreement: float | None
    nf4_mean_kl: float | None
    """The same against the adapter on the 4-bit base that it was trained on; None when that was not quantized."""
    nf4_top1_agreement: float | None
    golden_token_ids_equal: bool
    base_dtype: str
    into: Literal["base", "nf4"]
    """`nf4`: the linear layers hold what 4-bit quantization makes of them, plus the adapter."""
    how: Literal["tensor by tensor", "in memory"]
    tensors: int | None
    """Of the merged model; None when merged in memory."""
    changed_tensors: int | None
    """Of these, not the base's."""
    untied: bool
    """Whether output head and embedding, one matrix in the base, are two in the merged model."""
    tensors_compared: int
    """Changed tensors that were compared with PEFT's merge in fp32."""
    largest_tensor_difference: float | None
    """Among them, as a share of the largest weight of the tensor; None when none were compared."""


class GgufProof(Part):
    """The merged model as a GGUF file, beside the merged model; None where llama-cpp-python could not be asked."""

    files: tuple[FileDigest, ...]
    """The GGUF file, and the Modelfile for Ollama."""
    type: str
    tensor_types: dict[str, int]
    """How many tensors are stored in which type, by the file's header."""
    converter_sha256: str
    """Of llama.cpp's convert_hf_to_gguf.py."""
    chat_template: Literal["in the file", "none"]
    """The model's own, compared with the file's header; `none` for a model without one."""
    ollama_template: bool
    """Whether the chat template could be said in Ollama's language."""
    checked_with: str | None
    golden_token_ids_equal: bool | None
    """Token ids of fixed chats, llama.cpp's against the tokenizer's."""
    ends_at: tuple[int, ...] | None
    """Stop tokens of the model at which llama.cpp ends an answer."""
    rows: int | None
    mean_kl: float | None
    """Mean KL divergence (nats) of merged model against GGUF file, over all positions."""
    top1_agreement: float | None


class ExportRecord(Record):
    """export.json: what was written, with proof that it is the same model."""

    file = "export.json"

    adapter: AdapterProof
    merged: MergeProof | None
    gguf: GgufProof | None


class Disclosure(Record):
    """disclose.json: digests of what was disclosed."""

    file = "disclose.json"

    manifest_sha256: str
    card_sha256: str
    documents: tuple[FileDigest, ...]
    """What else stands beside the adapter: license texts, NOTICE, reports, bill of materials."""
    license: str | None
    license_gate: Literal["cleared", "refused", "overridden"]
    refusals: tuple[str, ...]
    """Why the gate refuses `license`, and what to do."""
    openness: str | None
    """Class of the Model Openness Framework."""
    gaps: int
    run_key_sha256: str | None = None
    """SHA-256 of the run key that a manifest of this run was ever salted with; None where no source was private."""


class RunInfo(Part):
    """run.json: what the run directory was made for."""

    name: str
    digest: str
    """Digest of what decides the adapter: base, data and train sections, and the files that they name."""
    root: str
    """Folder that the recipe's relative paths are read from, on the machine that made the run."""
    recipe_files: dict[str, str]
    """SHA-256 of every file that the recipe names, at the time the run was made."""
    created: str
    tune: str


class Submission(Part):
    """submit.json: the job that the run was last handed to."""

    file: ClassVar[str] = "submit.json"

    place: Literal["slurm", "kubernetes", "skypilot"]
    job: str | None
    """Slurm's number of the job; None where a command of the user's own submits the file."""
    at: str
    """UTC time, ISO 8601."""
    script: str
    """What was submitted, in the run directory."""
    sha256: str
    """Of the script."""
    nodes: int
    devices_per_node: int


class Publication(Part):
    """One publication of a run."""

    repo: str
    commit: str
    """Of the Hub, after it."""
    kind: str
    """`subject.kind` of its manifest."""
    private: bool
    """Whether the repository was private then."""
    at: str
    """UTC time, ISO 8601."""
    tune: str
    files: tuple[FileDigest, ...]
    """What was published, the card as it was composed for the Hub."""
    words_sha256: str
    """Of the words below the end marker of its card, blanks around them aside."""


class Publications(Part):
    """publish.json: where the run was published, one entry a repository, the newest last."""

    file: ClassVar[str] = "publish.json"

    publications: tuple[Publication, ...]


STAGES: tuple[type[Record], ...] = (BaseRecord, Ledger, Plan, TrainRecord, Evaluation, ExportRecord, Disclosure)
"""In the order of a run."""
