"""The only module that turns a base into torch objects: tokenizer, model, adapter. Heavy imports happen inside."""

from __future__ import annotations

import errno
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tune import hub, machine
from tune.errors import BaseModelError, Problem
from tune.modelfiles import TOGETHER, base_error, chat_template, stored_quantization
from tune.nodes import here
from tune.recipe.schema import Adapter, Checkpointing
from tune.records import BaseRecord, Device
from tune.targets import for_peft
from tune.text import first_line

if TYPE_CHECKING:
    import torch
    from peft import PeftModel
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


def load_tokenizer(base: BaseRecord, folder: Path | None = None) -> PreTrainedTokenizerFast:
    """The base's fast tokenizer with its chat template. `folder` names another place of the same files (an export)."""
    if folder is not None:
        return _tokenizer(folder, base.pad_token_id)
    return _tokenizer_of_base(base.folder, base.pad_token_id, base.tokenizer_sha256, base.template_sha256)


@lru_cache(maxsize=1)
def _tokenizer_of_base(folder: str, pad: int, *_content: str | None) -> PreTrainedTokenizerFast:
    """A large vocabulary takes seconds to read, and several stages need it; `_content` are digests of what is read."""
    return _tokenizer(Path(folder), pad)


def _tokenizer(place: Path, pad: int) -> PreTrainedTokenizerFast:
    hub.quiet_libraries()
    from transformers import AutoTokenizer

    tokenizer: PreTrainedTokenizerFast = AutoTokenizer.from_pretrained(
        str(place), local_files_only=True, trust_remote_code=False
    )
    tokenizer.chat_template = chat_template(place)
    tokenizer.pad_token_id = pad
    return tokenizer


def find_device() -> Device:
    """The kind of device that training would run on here: CUDA GPUs (described by the first, with the least memory of
    any), an Apple GPU, else the CPU.

    bf16 on a CPU means hardware instructions for it (AVX512-BF16 or Arm's BF16); emulated bf16 is slower than fp32.
    """
    import torch

    threads, nodes = machine.cores(), here().count
    if torch.cuda.is_available():
        found = torch.cuda.get_device_properties(0)
        return Device(
            kind="cuda",
            name=found.name,
            memory_bytes=min(
                torch.cuda.get_device_properties(i).total_memory for i in range(torch.cuda.device_count())
            ),
            bf16=torch.cuda.is_bf16_supported(including_emulation=False),
            threads=threads,
            count=torch.cuda.device_count(),
            nodes=nodes,
        )
    memory = machine.memory_bytes()
    if torch.backends.mps.is_available():
        return Device(kind="mps", name="Apple GPU", memory_bytes=memory, bf16=True, threads=threads, nodes=nodes)
    name, flags = _processor()
    return Device(
        kind="cpu",
        name=name,
        memory_bytes=memory,
        bf16=bool(flags & {"avx512_bf16", "amx_bf16", "bf16"}),
        threads=threads,
        nodes=nodes,
    )


def _processor() -> tuple[str, set[str]]:
    """Name and feature flags of the CPU, as far as the system tells."""
    import platform

    name, flags = platform.machine(), set[str]()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return name, flags
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            name = value.strip()
        if key.strip() in ("flags", "Features"):
            flags = set(value.split())
            break
    return name, flags


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out: a GPU's, or this machine's, of which torch's own message tells."""
    import torch

    words = ("DefaultCPUAllocator: can't allocate memory", "DefaultCPUAllocator: not enough", "std::bad_alloc")
    told = isinstance(error, RuntimeError) and any(part in str(error) for part in words)
    full = isinstance(error, OSError) and error.errno == errno.ENOMEM  # mapping a file of weights
    return told or full or isinstance(error, torch.OutOfMemoryError | MemoryError)


def torch_dtype(name: str) -> torch.dtype:
    """'bfloat16' or 'float32' as torch names it."""
    import torch

    found: torch.dtype = getattr(torch, name)
    return found


def torch_device(device: Device) -> int | str:
    """The device of this process: of several GPUs the one that it was given."""
    import torch

    return torch.cuda.current_device() if device.kind == "cuda" else device.kind


def load_base(
    base: BaseRecord, device: Device, dtype: str, quantize: str | None = None, sharded: bool = False
) -> PreTrainedModel:
    """The base's weights on the device, frozen, in evaluation mode.

    `dtype` is the type of unquantized weights; `quantize` overrides the recipe's choice (export loads unquantized to
    merge). `sharded` is for processes that train together: each loads its part of the weights only (FSDP2); of a base in
    nf4, which cannot be quantized in parts, each loads the whole into the CPU's memory, for `tune.sharding` to
    divide. Attention is sdpa where the family has it, else the family's own ("eager"). A base stored in MXFP4 is turned
    into `dtype`, the only form in which it can be trained. Raises BaseModelError when the architecture is unknown to
    transformers, and when the files lack parameters.
    """
    hub.quiet_libraries()
    from transformers import AutoModelForCausalLM
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    try:
        loaded: tuple[PreTrainedModel, dict[str, Any]] = AutoModelForCausalLM.from_pretrained(
            base.folder,
            dtype=torch_dtype(dtype),
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
            **_placed(base, device, dtype, quantize or base.quantize, sharded),
        )
    except (ValueError, KeyError, OSError) as error:
        what = f"transformers cannot load it ({first_line(error)})"
        raise base_error(base.model, what, "check that its model_type is supported") from error
    model, told = loaded
    if missing := sorted(told["missing_keys"]):  # transformers has filled them with random numbers
        what = f"its files lack {len(missing)} of its parameters, e.g. {missing[0]}"
        raise base_error(base.model, what, TOGETHER)
    model.requires_grad_(False)
    model.generation_config.eos_token_id = list(base.stop_token_ids)
    model.generation_config.pad_token_id = base.pad_token_id
    model.eval()
    return model


def _placed(base: BaseRecord, device: Device, dtype: str, quantize: str, sharded: bool) -> dict[str, Any]:
    """In which form and where transformers is to load weights; see `load_base`."""
    options: dict[str, Any] = {"device_map": {"": torch_device(device)}}
    if quantize == "nf4":
        from transformers import BitsAndBytesConfig

        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch_dtype(dtype),
            # FSDP2 leaves integers whole on every device.
            **({"bnb_4bit_quant_storage": torch_dtype(dtype)} if sharded else {}),
        )
        if sharded:
            options["device_map"] = {"": "cpu"}
    elif sharded:
        import torch
        from transformers.distributed import DistributedConfig

        options = {"distributed_config": DistributedConfig(fsdp_size=torch.distributed.get_world_size())}
    if stored_quantization(Path(base.folder), base.model) == "mxfp4":
        from transformers import Mxfp4Config

        options["quantization_config"] = Mxfp4Config(dequantize=True)
    return options


def new_adapter(model: PreTrainedModel, section: Adapter, base: BaseRecord, seed: int) -> PeftModel:
    """A fresh LoRA adapter on a base, in fp32, from `seed`. Raises BaseModelError when no layer matches the targets.

    The adapter names the base by what is published, never by a local path.
    """
    import torch
    from peft import LoraConfig, get_peft_model

    modules, parameters = peft_targets(model, section)
    torch.manual_seed(seed)
    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=section.rank,
        lora_alpha=section.alpha,
        lora_dropout=section.dropout,
        target_modules=modules,
        target_parameters=parameters or None,
    )
    try:
        peft_model = get_peft_model(model, config)
    except ValueError as error:
        what = f"no layer of {base.model} matches {section.targets!r}"
        raise BaseModelError(
            Problem("base", what, f"linear layers there: {', '.join(linear_names(model))}", key="train.adapter.targets")
        ) from error
    _name_base(peft_model, base)
    return peft_model


def peft_targets(model: PreTrainedModel, section: Adapter) -> tuple[str | list[str], list[str]]:
    """What PEFT is given as `target_modules` and `target_parameters` for a base."""
    return for_peft(section.targets, model.config.model_type, _linear(model), _experts(model))


ATTENTION_KERNELS = (
    "_scaled_dot_product_flash_attention",
    "_scaled_dot_product_efficient_attention",
    "_scaled_dot_product_cudnn_attention",
    "_scaled_dot_product_flash_attention_for_cpu",
)
"""What scaled_dot_product_attention of torch calls."""


def recompute(model: PeftModel, how: Checkpointing) -> None:
    """Activation checkpointing of an adapted model: with `full` each layer is computed again in the backward pass, with
    `selective` all of it but the attention kernel, whose output is kept. Losses and gradients are the same bits.
    """
    import torch
    from torch.utils.checkpoint import create_selective_checkpoint_contexts

    if how == "none":
        return
    options: dict[str, Any] = {"use_reentrant": False}
    if how == "selective":
        kept = [getattr(torch.ops.aten, name).default for name in ATTENTION_KERNELS]
        options["context_fn"] = partial(create_selective_checkpoint_contexts, kept)
    model.activation_checkpointing_enable(activation_checkpointing_kwargs=options)


def load_adapter(model: PreTrainedModel, folder: Path, base: BaseRecord, trainable: bool = False) -> PeftModel:
    """An adapter from a PEFT folder on a base, in fp32."""
    from peft import PeftModel

    peft_model = PeftModel.from_pretrained(model, str(folder), is_trainable=trainable)
    _name_base(peft_model, base)
    return peft_model


def _name_base(model: Any, base: BaseRecord) -> None:
    """PEFT writes the local path of the base into the adapter's config; a path of this machine helps nobody."""
    config = model.peft_config["default"]
    config.base_model_name_or_path = base.repo or ""
    config.revision = base.commit


def _linear(model: PreTrainedModel) -> list[str]:
    """Full names of all linear layers but the output head."""
    import torch

    head = model.get_output_embeddings()
    return [name for name, m in model.named_modules() if isinstance(m, torch.nn.Linear) and m is not head]


def _experts(model: PreTrainedModel) -> list[str]:
    """Full names of the tensors that hold all experts of a layer: a stack of matrices in a module called experts."""
    return [name for name, p in model.named_parameters() if p.dim() == 3 and name.split(".")[-2] == "experts"]


def linear_names(model: PreTrainedModel) -> list[str]:
    """Last parts of the names of all linear layers, sorted: what `targets` can name."""
    return sorted({name.rsplit(".", 1)[-1] for name in _linear(model)})
