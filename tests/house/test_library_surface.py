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
