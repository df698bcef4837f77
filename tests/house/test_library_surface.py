"""What we rely on in the pinned libraries: one red test per upgrade, not a strange loss."""

from __future__ import annotations

import inspect
import re
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def pins() -> dict[str, str]:
    """Pinned versions of pyproject.toml."""
    text = (ROOT / "pyproject.toml").read_text()
    return dict(re.findall(r'^    "([\w-]+)==([\w.]+)",$', text, re.MULTILINE))


def test_installed_versions_are_the_pinned_ones() -> None:
    """The tests speak of the versions that users get."""
    assert len(pins()) >= 15
    assert {name: version(name).split("+")[0] for name in pins()} == pins()


def test_constraints_agree_with_pyproject() -> None:
    """constraints.txt pins the same versions, and what they bring along."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    constraints = {name.lower().replace("-", "_"): pin for name, pin in (line.split("==") for line in lines)}
    assert {name: constraints[name.lower().replace("-", "_")] for name in pins()} == pins()


def test_sft_trainer_takes_finished_rows() -> None:
    """TRL's SFT trainer keeps its parameters, collates packs without padding, and casts quantized adapters in __init__
    (which is why ours puts them back)."""
    from trl import SFTConfig, SFTTrainer

    parameters = inspect.signature(SFTTrainer.__init__).parameters
    assert {"model", "args", "train_dataset", "processing_class"} <= set(parameters)
    assert "param.data = param.data.to(torch.bfloat16)" in inspect.getsource(SFTTrainer.__init__)
    fields = SFTConfig.__dataclass_fields__
    assert {"padding_free", "packing", "max_length", "dataset_kwargs", "train_sampling_strategy", "use_cpu"} <= set(
        fields
    )


def test_trainer_keeps_the_order_of_a_step() -> None:
    """transformers' Trainer clips, asks `_clip_grad_norm`, moves the optimizer, counts, logs and then saves."""
    from transformers import Trainer

    epoch = inspect.getsource(Trainer._run_epoch)
    marks = [
        "self._clip_grad_norm(model)",
        "self.optimizer.step()",
        "self.state.global_step += 1",
        "self._maybe_log_save_evaluate(",
    ]
    assert [epoch.index(mark) for mark in marks] == sorted(epoch.index(mark) for mark in marks)
    end = inspect.getsource(Trainer._maybe_log_save_evaluate)
    assert end.index("self.log(logs") < end.index("self._save_checkpoint(model, trial)")


@pytest.mark.parametrize(
    "name", ["_save_checkpoint", "_load_from_checkpoint", "compute_loss", "training_step", "_clip_grad_norm"]
)
def test_overridden_methods_exist(name: str) -> None:
    """Each method that our trainer overrides or calls is still there under its name."""
    from transformers import Trainer

    assert callable(getattr(Trainer, name))


def test_collator_gives_positions_of_packed_rows() -> None:
    """Packed rows come as one sequence whose positions start again with every row, and whose first label is masked."""
    from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

    collator = DataCollatorForLanguageModeling(pad_token_id=0, padding_free=True)
    batch = collator([{"input_ids": [5, 6, 7, 8, 9], "labels": [5, 6, 7, 8, 9], "seq_lengths": [3, 2]}])
    assert batch["position_ids"].tolist() == [[0, 1, 2, 0, 1]]
    assert batch["labels"].tolist() == [[-100, 6, 7, -100, 9]]
    assert batch["cu_seq_lens_q"].tolist() == [0, 3, 5]


def test_peft_writes_the_files_we_publish(tmp_path: Path, tiny_base: Path) -> None:
    """A LoRA adapter is adapter_config.json and adapter_model.safetensors; the config has a revision field."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    model = get_peft_model(
        AutoModelForCausalLM.from_pretrained(tiny_base), LoraConfig(task_type="CAUSAL_LM", target_modules="all-linear")
    )
    assert "revision" in vars(model.peft_config["default"])
    model.save_pretrained(tmp_path / "adapter")
    assert {"adapter_config.json", "adapter_model.safetensors"} <= {p.name for p in (tmp_path / "adapter").iterdir()}


def test_search_for_the_files_of_a_data_set() -> None:
    """datasets finds files by pattern and names the kind of most of them; a missing file and a lost connection stay
    different errors in huggingface_hub."""
    from datasets import load
    from datasets.data_files import DataFilesDict, get_data_patterns, resolve_pattern, sanitize_patterns
    from datasets.packaged_modules import _ALL_ALLOWED_EXTENSIONS, _MODULE_TO_EXTENSIONS
    from datasets.utils.metadata import MetadataConfigs
    from huggingface_hub.errors import LocalEntryNotFoundError, RemoteEntryNotFoundError

    assert list(inspect.signature(DataFilesDict.from_patterns).parameters)[:3] == [
        "patterns",
        "base_path",
        "allowed_extensions",
    ]
    assert load.infer_module_for_data_files_list(["a.jsonl", "b.csv", "c.jsonl"]) == ("json", {})
    assert {".jsonl", ".parquet", ".csv", ".txt"} <= set(_ALL_ALLOWED_EXTENSIONS)
    assert ".jsonl" in _MODULE_TO_EXTENSIONS["json"]
    assert sanitize_patterns("a.csv") == {"train": ["a.csv"]}
    assert all(map(callable, (get_data_patterns, resolve_pattern, MetadataConfigs.from_dataset_card_data)))
    assert not issubclass(LocalEntryNotFoundError, RemoteEntryNotFoundError)


def test_what_publishing_asks_of_the_client() -> None:
    """One commit is bound to its parent; a failure of Xet is told by the function that it comes from; bars and the
    check of a card are where they were."""
    from huggingface_hub import HfApi, ModelCard, _commit_api
    from huggingface_hub.utils._runtime import is_xet_available
    from huggingface_hub.utils.tqdm import disable_progress_bars

    assert {"parent_commit", "commit_message"} <= set(inspect.signature(HfApi.create_commit).parameters)
    assert {"private", "exist_ok"} <= set(inspect.signature(HfApi.create_repo).parameters)
    assert "_upload_xet_files" in inspect.getsource(_commit_api._upload_files)
    assert "constants.HF_HUB_DISABLE_XET" in inspect.getsource(is_xet_available)
    assert all(map(callable, (disable_progress_bars, ModelCard.validate, HfApi.whoami, HfApi.list_repo_tree)))


def test_attention_and_loss_take_what_we_hand_them() -> None:
    """transformers passes the borders of rows on to a registered attention, and its loss takes labels that are already
    shifted beside logits of chosen places only."""
    from transformers import AttentionInterface, AttentionMaskInterface, LlamaForCausalLM
    from transformers.loss.loss_utils import ForCausalLMLoss

    assert callable(AttentionInterface.register)
    assert callable(AttentionMaskInterface.register)
    assert "logits_to_keep" in inspect.signature(LlamaForCausalLM.forward).parameters
    assert "shift_labels" in inspect.signature(ForCausalLMLoss).parameters


def test_transformers_says_how_it_names_weights() -> None:
    """The merge asks transformers which tensors of the files a parameter is made of, as its own loader does."""
    from transformers import PreTrainedModel
    from transformers.conversion_mapping import get_checkpoint_conversion_mapping
    from transformers.core_model_loading import WeightConverter, rename_source_key

    assert list(inspect.signature(rename_source_key).parameters)[:5] == [
        "source_key",
        "weight_renamings",
        "weight_converters",
        "base_model_prefix",
        "meta_state_dict",
    ]
    converters = [c for c in get_checkpoint_conversion_mapping("qwen3_moe") or [] if isinstance(c, WeightConverter)]
    assert [[type(step).__name__ for step in c.operations] for c in converters] == [
        ["MergeModulelist", "Concatenate"],
        ["MergeModulelist"],
    ]
    assert "all_tied_weights_keys" in inspect.getsource(PreTrainedModel)


def test_a_merge_of_peft_is_what_ours_repeats() -> None:
    """PEFT's order of operations, which the streamed merge repeats to the bit, and the keys of its config that we know:
    a key that comes with a later version is refused when it is set, and should then be looked at."""
    import dataclasses

    from peft import LoraConfig
    from peft.tuners.lora.layer import Embedding, Linear, ParamWrapper

    from tune.export.adapter import UNDERSTOOD

    assert "transpose(weight_B @ weight_A, self.fan_in_fan_out) * self.scaling[adapter]" in inspect.getsource(
        Linear.get_delta_weight
    )
    assert "base_layer.weight.data += delta_weight\n" in inspect.getsource(Linear.merge)
    assert "self.get_delta_weight(active_adapter).to(orig_dtype)" in inspect.getsource(Embedding.merge)
    assert "o r e, e r i -> e o i" in inspect.getsource(ParamWrapper.get_delta_weight)
    assert {field.name for field in dataclasses.fields(LoraConfig)} - UNDERSTOOD == {
        "alora_invocation_tokens",
        "arrow_config",
        "ensure_weight_tying",
        "kasa_config",
        "layer_replication",
        "megatron_config",
        "monteclora_config",
        "use_bdlora",
        "use_qalora",
        "velora_config",
    }


def test_a_trace_finds_what_it_stands_in_for() -> None:
    """A traced step calls torch's kernels, transformers' mask and attention by their arguments, fakes tensors, and has
    dropout keep a mask of bytes."""
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode
    from torch.utils.checkpoint import create_selective_checkpoint_contexts
    from transformers import AutoModelForCausalLM, PreTrainedModel
    from transformers.integrations.sdpa_attention import repeat_kv, sdpa_attention_forward
    from transformers.masking_utils import sdpa_mask
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    from tune.models import ATTENTION_KERNELS

    assert {"local_size", "kv_length", "q_length"} <= set(inspect.signature(sdpa_mask).parameters)
    assert {"attention_mask", "dropout", "scaling"} <= set(inspect.signature(sdpa_attention_forward).parameters)
    assert list(inspect.signature(repeat_kv).parameters) == ["hidden_states", "n_rep"]
    assert all(map(callable, (PreTrainedModel.set_attn_implementation, AutoModelForCausalLM.from_config)))
    assert hasattr(CONFIG_MAPPING["llama"]().from_dict({}), "_attn_implementation")
    assert callable(create_selective_checkpoint_contexts)
    assert all(hasattr(torch.ops.aten, name) for name in ATTENTION_KERNELS)
    with FakeTensorMode():
        query = torch.empty((1, 2, 8, 16))
        out, numbers = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(query, query, query, 0.0, True)
        assert (out.shape, numbers.numel()) == (query.shape, 2 * 8)
        kernel = torch.ops.aten._scaled_dot_product_efficient_attention
        assert kernel(query, query, query, None, True, 0.0, True, scale=0.25)[0].shape == query.shape
        dropped, mask = torch.native_dropout(query, 0.1, True)
        assert (dropped.shape, mask.element_size()) == (query.shape, 1)
        storage = query.untyped_storage()
        assert storage.nbytes() == 4 * query.numel()
        assert query.view(-1).untyped_storage() is storage  # as long as it is held: `Liveness` counts it once


def test_the_loss_head_of_trl_has_the_tiles_that_are_planned() -> None:
    """The plan and the trace count the tile of logits that TRL's fused head holds."""
    import importlib.util

    from tune.plan.memory import TILE_TOKENS, TILE_VOCABULARY

    found = importlib.util.find_spec("trl")
    assert found is not None
    assert found.origin is not None
    trl = Path(found.origin).parent
    kernel, caller = (trl / name for name in ("kernels/chunked_logprob.py", "trainer/utils.py"))
    assert f"\nTOKEN_CHUNK_SIZE = {TILE_TOKENS}\n" in kernel.read_text()
    assert (
        "torch.empty((min(N, TOKEN_CHUNK_SIZE), chunk_size), device=device, dtype=compute_dtype)" in kernel.read_text()
    )
    assert f"\n_CHUNKED_LOGPROB_CHUNK_SIZE = {TILE_VOCABULARY}\n" in caller.read_text()


def test_weights_in_nf4_are_held_as_they_are_traced() -> None:
    """Bytes, state and product of bitsandbytes' 4-bit layers; PEFT takes its own layers for them by a mark on the model."""
    import bitsandbytes
    import torch
    from peft.helpers import disable_input_dtype_casting
    from peft.tuners.lora.model import LoraModel

    from tune.plan.standins import beside, packed

    layer = bitsandbytes.nn.Linear4bit(128, 256, False, torch.bfloat16, quant_type="nf4")
    layer = layer.to("cpu")  # quantizes
    real, ours = layer.weight, packed(layer)
    assert type(real).__name__ == "Params4bit"
    assert (real.shape, real.dtype) == (ours.shape, ours.dtype)
    held = [torch.nn.ParameterList([p]) for p in (real, ours)]
    sizes = [sum(t.nbytes for t in beside(one)) for one in held]
    assert sizes[0] == sizes[1] > 0
    names = [argument.name for argument in torch.ops.bitsandbytes.gemm_4bit.default._schema.arguments]
    assert names[:3] == ["A", "B", "shapeB"]
    assert "is_loaded_in_4bit" in inspect.getsource(LoraModel)
    assert callable(disable_input_dtype_casting)


def test_adapters_of_experts_are_added_to_a_copy() -> None:
    """PEFT adds the adapters of experts to a copy of their weights, as a parametrization, which torch tries out once more:
    the plan counts these bytes and operations. Experts can be computed one by one, for tests that count them."""
    from peft.tuners.lora.layer import ParamWrapper
    from torch.nn.utils import parametrize
    from transformers import PreTrainedModel

    source = inspect.getsource(ParamWrapper._activate_lora)
    assert "parametrize.register_parametrization(" in source
    assert "unsafe" not in source
    assert "original" in inspect.signature(parametrize.ParametrizationList.__init__).parameters
    assert callable(PreTrainedModel.set_experts_implementation)
