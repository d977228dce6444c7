"""The database or the store of evidence away for a while, under load: nothing is lost, nothing comes twice."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import obstore
import psycopg
import pytest
from obstore.store import S3Store
from sqlalchemy import make_url

from tests.end_to_end.conftest import RunningOffice
from tests.faults.city import City, assert_each_is_one_case, assert_verified
from tests.service.postgresql import PostgresServer, postgres_server
from tests.service.s3 import BUCKET, S3Server, s3_server

__all__ = ["s3_server"]

SETTLE_SECONDS = 180.0
"""An engine that was refused for a minute tries again every 15 s; then what it found meanwhile has to pass."""


@dataclass
class District:
    """An office as a district runs it: on PostgreSQL and a bucket, with its own engine and others."""

    office: RunningOffice
    city: City
    client: httpx.Client
    database: PostgresServer
    storage: S3Server
    record: str

    def orphans(self) -> set[str]:
        """Stored files that are neither in the record nor noted to be removed once it is sure that they never will."""
        environment = self.storage.environment
        store = S3Store(
            BUCKET,
            endpoint=environment["AWS_ENDPOINT"], access_key_id=environment["AWS_ACCESS_KEY_ID"], region="us-east-1",
            secret_access_key=environment["AWS_SECRET_ACCESS_KEY"], client_options={"allow_http": True},
        )  # fmt: skip
        noted = {path.name for path in (self.office.data / "leftovers").iterdir()}
        url = make_url(self.record).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url) as record:
            recorded = {str(row[0]) for row in record.execute("SELECT id FROM evidence")}
        stored = {entry["path"].rpartition("/")[2] for page in obstore.list(store, "evidence") for entry in page}
        return stored - recorded - noted


@pytest.fixture(scope="module")
def district(s3_server: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    folder = tmp_path_factory.mktemp("district")
    with postgres_server(durable=True) as database, pytest.MonkeyPatch.context() as environment:
        url = database.create()
        for name, value in s3_server.environment.items():
            environment.setenv(name, value)
        environment.setenv("STREETWARDEN_DATABASE_URL", url)
        environment.setenv("STREETWARDEN_FILES_URL", f"s3://{BUCKET}")
        office = RunningOffice(folder / "office")
        city = City(office, folder, senders=2)
        office.start()
        try:
            client = office.client()
            city.begin(client)
            yield District(office, city, client, database, s3_server, url)
        finally:
            city.end()
            office.stop()


@pytest.mark.parametrize("part", ["database", "storage"])
def test_what_is_found_while_it_is_away_is_delivered_afterwards(part: str, district: District, outage: float) -> None:
    server = district.database if part == "database" else district.storage
    office, city, client = district.office, district.city, district.client
    known = client.get("/cases").json()["total"]
    with city.finding():
        office.wait(lambda: client.get("/cases").json()["total"] >= known + 5, 60, "first cases")
        engine, before, refused = office.engine_pid(), len(city.found), len(city.refusals)

        server.stop()
        time.sleep(outage)
        ready = httpx.get(f"{office.url}/readyz", timeout=30, trust_env=False)
        assert (ready.status_code, ready.json()["checks"][part]) == (503, "does not answer")
        assert len(city.found) - before > outage, "the fault came under no load"
        assert len(city.refusals) > refused, "no engine noticed the fault"
        server.start()

    city.settle(SETTLE_SECONDS)
    assert_each_is_one_case(client, city)
    assert office.engine_pid() == engine, "the supervisor killed an engine that was well"
    assert_verified(office.data)
    assert district.orphans() == set()
