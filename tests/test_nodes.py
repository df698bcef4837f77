"""Where a machine stands among several, and how it finds the first."""

from __future__ import annotations

import socket

import pytest

from tune.errors import UserError
from tune.nodes import Node, here, meet

FOUR = {"TUNE_NODES": "4", "MASTER_ADDR": "n1", "MASTER_PORT": "29500"}


def test_the_place_is_read_from_the_environment() -> None:
    """Ours, or Slurm's number of the node; a machine that is told nothing is alone."""
    assert here({**FOUR, "TUNE_NODE_RANK": "3"}) == Node(3, 4, "n1", 29500)
    assert here({**FOUR, "SLURM_NODEID": "2"}) == Node(2, 4, "n1", 29500)
    assert here({"SLURM_NODEID": "2", "MASTER_ADDR": "n1"}) == here({**FOUR, "TUNE_NODES": "1"}) == Node()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, 'TUNE_NODE_RANK is "", with TUNE_NODES=4'),
        ({"TUNE_NODE_RANK": "4"}, 'TUNE_NODE_RANK is "4", with TUNE_NODES=4'),
        ({"TUNE_NODE_RANK": "0", "MASTER_PORT": ""}, 'MASTER_PORT is "", with TUNE_NODES=4'),
        ({"TUNE_NODE_RANK": "0", "TUNE_NODES": "two"}, 'TUNE_NODES is "two", with TUNE_NODES=two'),
    ],
)
def test_half_a_place_is_refused(changed: dict[str, str], said: str) -> None:
    """What is missing or out of range is named: such a job would wait for machines that never come."""
    with pytest.raises(UserError, match=said):
        here({**FOUR, **changed})


def test_the_first_machine_is_found_when_it_listens() -> None:
    """Nobody there: False after the time given, or as soon as it is needless. Somebody there: True at once."""
    with socket.socket() as first:
        first.bind(("127.0.0.1", 0))
        node = Node(1, 2, "127.0.0.1", first.getsockname()[1])
        assert not meet(node, 0.2, lambda: False)
        assert not meet(node, 600, lambda: True)
        first.listen()
        assert meet(node, 60, lambda: False)
