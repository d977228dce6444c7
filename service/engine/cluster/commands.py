"""What ``streetwarden engine --cluster`` does: lead or stand by, say what runs where, stop the cameras."""

import json
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import ray
from pydantic import ValidationError
from ray.exceptions import RayError

from detector.cluster.shared_place import SharedPlaceError
from detector.registry import ModelError
from service import logs
from service.engine.cluster import board
from service.engine.cluster.fleet import NAMESPACE, end_all
from service.engine.cluster.process import ClusterProcess, LeadLostError
from service.engine.settings import EngineSettings

_KNOCK_SECONDS: Final = 5.0


def run(address: str) -> int:
    """Lead the cluster's engine, or stand by, until SIGTERM; the exit status is 2 for bad settings."""
    logs.configure()
    try:
        settings = EngineSettings()
    except ValidationError as error:
        _say(f"engine settings: {error}")
        return 2
    if settings.shared is None:
        _say("engine settings: a cluster needs STREETWARDEN_ENGINE_SHARED: s3://bucket/folder, or a shared folder")
        return 2
    try:
        with _connected(address):
            ClusterProcess(settings).run()
    except (ConnectionError, RayError, ModelError, SharedPlaceError, LeadLostError) as error:
        _say(f"cluster {address}: {error}")
        return 1
    return 0


def stop(address: str) -> int:
    """Stop all cameras of the cluster, and what computes their model."""
    try:
        with _connected(address):
            _say(f"{end_all()} cameras stopped")
    except ConnectionError as error:
        _say(f"cluster {address}: {error}")
        return 1
    return 0


def status(address: str) -> int:
    """Print what the leader has published."""
    try:
        with _connected(address):
            published = board.read()
    except ConnectionError as error:
        _say(f"cluster {address}: {error}")
        return 1
    if not published:
        _say(f"cluster {address}: nobody leads it: start streetwarden engine --cluster")
        return 1
    print(json.dumps(published, ensure_ascii=False, indent=1))
    return 0


@contextmanager
def _connected(address: str) -> Iterator[None]:
    """Connected with a Ray cluster; raises ConnectionError where there is none."""
    _knock(address)
    ray.init(address, namespace=NAMESPACE, log_to_driver=True, logging_level="WARNING")
    try:
        yield
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Make sure that something listens there: Ray itself would wait for minutes.

    Raises:
        ConnectionError: nothing does, or it is no address.
    """
    if address == "auto":
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not (host and port.isdigit()):
        raise ConnectionError("this is no address: use auto, HOST:6379 or ray://HOST:10001")
    try:
        socket.create_connection((host, int(port)), timeout=_KNOCK_SECONDS).close()
    except OSError as error:
        raise ConnectionError(
            f"no Ray answers there: {error.strerror or error}; is it started with ray start?"
        ) from error


def _say(text: str) -> None:
    print(text, file=sys.stderr)
