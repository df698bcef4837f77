"""The plan beside what was measured; of a whole run in tests/cli/test_whole_run.py."""

from __future__ import annotations

from tune.plan.words import beside, measured
from tune.records import Device, Plan, TrainRecord


def test_what_a_gpu_counts_is_compared_with_what_is_allocated() -> None:
    """The counter of a GPU knows nothing of libraries and slack, so the plan is shown without them; before training there is
    nothing to show, and a record of an older version does not tell."""
    plan = Plan.model_construct(
        peak_bytes=10 << 30, bytes={"runtime": 1 << 30, "slack": 2 << 30}, tokens=600, seconds=60.0
    )
    for kind, counter, planned in (("cuda", "allocated", "7.0 GiB"), ("cpu", "resident", "10.0 GiB")):
        device = Device.model_construct(kind=kind)
        train = TrainRecord.model_construct(device=device, peak_bytes=8 << 30, seconds=50.0, tokens_per_second=12.0)
        assert beside(plan, train) == [
            (f"{counter} memory", planned, "8.0 GiB"),
            ("time", "1 min 0 s", "50 s"),
            ("tokens a second", "10", "12"),
        ]
        assert beside(plan, train.model_copy(update={"peak_bytes": None}))[0][2] == "not recorded"
    assert measured(plan, None) is None
