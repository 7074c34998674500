"""The content store on a PostgreSQL that is killed and started again."""

from contextlib import closing

import pytest

from adapters.envelope import StoreUnavailable
from adapters.persistence.content_store_postgres import PostgresContentStore
from adapters.persistence.postgres_database import PostgresDatabase
from tests.adapters.decisions import UNIVERSITY
from tests.postgres_server import PostgresServer

KEY = bytes(range(32))
SYLLABUS = b"%PDF-1.7 syllabus of methods of teaching " * 50
PDF = "application/pdf"


def test_content_outlives_a_kill_of_the_server(postgres: PostgresServer) -> None:
    database = PostgresDatabase(postgres.fresh_database(), patience=1)
    with closing(PostgresContentStore(database, KEY)) as store:
        ref = store.put_file(UNIVERSITY, PDF, SYLLABUS)
        postgres.kill()
        with pytest.raises(StoreUnavailable):
            store.put_text(UNIVERSITY, "Hours are missing.", "remark")
        with pytest.raises(StoreUnavailable):
            store.get(ref, UNIVERSITY)

        postgres.start()
        kept = store.get(ref, UNIVERSITY)
        assert kept is not None
        assert kept.body == SYLLABUS
