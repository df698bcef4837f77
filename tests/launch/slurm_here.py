"""A Slurm cluster of two nodes on this machine, for tests: its own munge, controller and two node daemons, in one folder.

Nothing outside the folder is touched and no root is needed: both nodes are `slurmd -N` on ports of their own.
"""

from __future__ import annotations

import getpass
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

PROGRAMS = ("taskset", "munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol", "sinfo")
SEARCHED = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"

CONFIGURATION = """\
ClusterName=here
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CryptoType=crypto/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
KillWait=5
SlurmdTimeout=10
SlurmctldTimeout=10
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={n1} CPUs=2
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={n2} CPUs=2
PartitionName=low Nodes=n1,n2 Default=YES PriorityTier=1 PreemptMode=REQUEUE GraceTime=30 MaxTime=UNLIMITED State=UP
PartitionName=high Nodes=n1,n2 PriorityTier=10 PreemptMode=OFF MaxTime=UNLIMITED State=UP
"""


def missing() -> list[str]:
    """Programs of Slurm that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name, path=SEARCHED) is None]


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on right now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class Cluster:
    """The running cluster; `close` ends everything that it started."""

    def __init__(self, folder: Path) -> None:
        """Starts all daemons in `folder`, which must not exist, and waits until both nodes are idle."""
        self.folder, self.daemons = folder, {}
        self.environment = {**os.environ, "PATH": SEARCHED, "SLURM_CONF": str(folder / "slurm.conf")}
        self.configuration = f"SLURM_CONF={folder}/slurm.conf".encode()
        folder.mkdir(parents=True)
        folder.chmod(0o755)
        key = folder / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o400)
        controller, n1, n2 = free_ports(3)
        (folder / "state").mkdir()
        host = socket.gethostname().split(".")[0]
        (folder / "slurm.conf").write_text(
            CONFIGURATION.format(folder=folder, host=host, user=getpass.getuser(), controller=controller, n1=n1, n2=n2)
        )
        munge = ["munged", "--foreground", "--force", "--num-threads=2", f"--key-file={key}"]
        munge += [f"--{name}-file={folder}/munge.{name}" for name in ("pid", "log", "seed")]
        try:
            self._start("munge", [*munge, f"--socket={folder}/munge.socket"])
            self._until((folder / "munge.socket").exists, "munge has no socket", 20)
            self._start("controller", ["slurmctld", "-D", "-f", str(folder / "slurm.conf")])
            for node in ("n1", "n2"):
                self.start_node(node)
            self._until(lambda: self.idle() == {"n1", "n2"}, "the nodes are not idle", 60)
        except BaseException:
            self.close()
            raise

    def _start(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.out").open("ab") as out:
            self.daemons[name] = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )

    def start_node(self, node: str) -> None:
        """Starts the daemon of a node."""
        (self.folder / f"spool-{node}").mkdir(exist_ok=True)
        cores = sorted(os.sched_getaffinity(0))
        core = cores[
            int(node[1:]) % len(cores)
        ]  # a core of its own for each node: nothing that runs on one slows the other
        daemon = ["slurmd", "-D", "-N", node, "-f", str(self.folder / "slurm.conf")]
        self._start(node, ["taskset", "--cpu-list", str(core), *daemon])

    def kill_node(self, node: str) -> None:
        """What a power cut does: the daemon and everything that ran on the node are gone in the same moment."""
        self.daemons[node].kill()
        self.daemons[node].wait()
        for pid in self.processes_of(node):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def processes_of(self, node: str) -> list[int]:
        """Processes of jobs on a node, known by their environment; first the step daemons above them, which would else
        tell the controller how the step ended."""
        daemons, tasks = [], []
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                environment = (path / "environ").read_bytes().split(b"\0")
                if not {f"SLURMD_NODENAME={node}".encode(), self.configuration} <= set(environment):
                    continue
                tasks.append(int(path.name))
                parent = int((path / "stat").read_text().rsplit(")", 1)[1].split()[1])
                if Path(f"/proc/{parent}/cmdline").read_bytes().startswith(b"slurmstepd"):
                    daemons.append(parent)
        return [*dict.fromkeys(daemons), *tasks]

    def call(self, *command: Any, check: bool = True, **more: Any) -> str:
        """What a Slurm command prints."""
        done = subprocess.run(
            [str(part) for part in command], env=self.environment, capture_output=True, text=True, check=False, **more
        )
        assert not check or done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def idle(self) -> set[str]:
        """Nodes that wait for work."""
        return set(self.call("sinfo", "-h", "-N", "-t", "idle", "-o", "%N", check=False).split())

    def job(self, number: str) -> dict[str, str]:
        """What the controller knows about a job."""
        fields = self.call("scontrol", "show", "job", "-o", number, check=False).split()
        return dict(field.split("=", 1) for field in fields if "=" in field)

    def _until(self, true: Any, otherwise: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, f"{otherwise} after {seconds} s; see {self.folder}"
            time.sleep(0.2)

    def close(self) -> None:
        """Cancels every job and ends the daemons."""
        with suppress(AssertionError, FileNotFoundError):
            self.call("scancel", "--signal=KILL", "--full", "-u", getpass.getuser(), check=False, timeout=10)
        for node in ("n1", "n2"):
            if node in self.daemons and self.daemons[node].poll() is None:
                for pid in self.processes_of(node):
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
        for process in reversed(self.daemons.values()):
            process.terminate()
        for process in self.daemons.values():
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
