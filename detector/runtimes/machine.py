"""Machine: what a measured speed holds for."""

import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from detector.runtimes.runtime import RuntimeName, usable_cpus

_PACKAGES: Final = ("onnxruntime", "onnxruntime-gpu", "openvino")


def processor() -> str:
    """The processor's name, and how many of its threads this process may use."""
    return f"{_cpu_info('model name') or platform.machine()}, {usable_cpus()} CPUs"


def machine() -> str:
    """The same, and what tells two processors of one name apart: a virtual machine hides instructions."""
    flags = hashlib.sha256(_cpu_info("flags").encode()).hexdigest()[:8]
    return f"{processor()}, instructions {flags}"


def packages() -> dict[str, str]:
    """Versions of the runtimes that are installed, by package."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def versioned(runtime: RuntimeName) -> str:
    """A runtime's name and the version of the package that it comes with."""
    own = "openvino" if runtime == "openvino" else "onnxruntime"
    return f"{runtime} {next((number for name, number in packages().items() if name.startswith(own)), '')}".rstrip()


def _cpu_info(field: str) -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.partition(":")[0].strip() == field), "")
