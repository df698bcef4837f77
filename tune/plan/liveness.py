"""Which storages live at any moment of a computation, counted as torch's operations make and drop them."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter


class Liveness(TorchDispatchMode):
    """Inside it, every storage that an operation gives is counted from its birth to its death, once however many tensors
    share it. Nothing is computed here: under FakeTensorMode a storage has a size and no memory.

    What an operation takes and gives back within itself is not seen, but for `inside`: bytes of such a workspace, from an
    operation and its arguments.
    """

    def __init__(self, inside: Callable[[Any, tuple[Any, ...]], int]) -> None:
        """Nothing is counted yet; see `hold`."""
        super().__init__()
        self.inside = inside
        self.now = self.most = 0
        self._alive: dict[int, weakref.ref[Any]] = {}

    def hold(self, tensors: Any) -> None:
        """Counts the storages of tensors that stand already, in any nest of lists and dicts."""
        for tensor in tree_iter(tensors):
            if isinstance(tensor, torch.Tensor):
                self._count(tensor)

    def from_here(self) -> None:
        """Starts a new moment: the most so far is what stands now."""
        self.most = self.now

    def _count(self, tensor: torch.Tensor) -> None:
        storage = tensor.untyped_storage()
        key, size = id(storage), storage.nbytes()
        if key in self._alive:
            return

        def gone(_: Any) -> None:
            self.now -= size
            del self._alive[key]

        self._alive[key] = weakref.ref(storage, gone)
        self.now += size
        self.most = max(self.most, self.now)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Lets the operation happen and looks at what it gives."""
        found = func(*args, **(kwargs or {}))
        self.hold(found)
        self.most = max(self.most, self.now + self.inside(func, args))
        return found
