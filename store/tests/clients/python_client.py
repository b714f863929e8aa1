"""Writes and reads through the front with clickhouse-connect. Address and password come from the environment."""

import os
from datetime import datetime
from urllib.parse import urlsplit

import clickhouse_connect
from clickhouse_connect.driver.exceptions import DatabaseError

url = urlsplit(os.environ["SNAG_URL"])


def connect(password, **options):
    return clickhouse_connect.get_client(
        host=url.hostname,
        port=url.port,
        username="snag",
        password=password,
        database="snag",
        **options,
    )


def refused(action, code):
    try:
        action()
    except DatabaseError as error:
        assert f"{code}" in str(error), error
    else:
        raise AssertionError(f"nothing was refused; code {code} was expected")


client = connect(os.environ["SNAG_PASSWORD"])
assert client.ping()
assert client.server_version.startswith("26."), client.server_version
client.command(
    "CREATE TABLE python_rows (id UInt64, name String, at DateTime64(3, 'UTC'), tags Array(String), value Nullable(Float64)) "
    "ENGINE = MergeTree ORDER BY id"
)
names = ["id", "name", "at", "tags", "value"]
# Times of zone UTC come and go without a zone.
at = datetime(2026, 1, 2, 3, 4, 5, 678000)
rows = [
    [1, "it's \\ one\n", at, ["a", "b'c"], 1.5],
    [2, "zwei €", at, [], None],
    [3, "", at, ["\t"], -0.0],
]
summary = client.insert("python_rows", rows, column_names=names)
assert summary.written_rows == 3, summary.summary
client.insert("python_rows", [[id, f"n{id}", at, [], None] for id in range(1000, 11000)], column_names=names)

result = client.query(
    "SELECT * FROM python_rows WHERE id <= {most:UInt64} AND name != {not:String} ORDER BY id",
    parameters={"most": 3, "not": "nobody\t\"'\\"},
)
assert result.column_names == tuple(names), result.column_names
assert [list(row) for row in result.result_rows] == rows, result.result_rows

# Many blocks in the Native format, with a setting of the request.
numbers = client.query("SELECT number FROM numbers(200000)", settings={"max_block_size": 20000})
assert [row[0] for row in numbers.result_rows] == list(range(200000))
assert client.command("SELECT count() FROM python_rows") == 10003
raw = client.raw_query("SELECT id FROM python_rows ORDER BY id LIMIT 2", fmt="CSVWithNames")
assert raw == b'"id"\n1\n2\n', raw

for compression in ("lz4", "zstd", "gzip", False):
    other = connect(os.environ["SNAG_PASSWORD"], compress=compression)
    other.command("CREATE TABLE compressed (a UInt64) ENGINE = Memory")
    other.insert("compressed", [[number] for number in range(5000)], column_names=["a"])
    assert other.command("SELECT sum(a) FROM compressed") == 12497500, compression
    other.command("DROP TABLE compressed")
    other.close()

refused(lambda: client.query("SELECT * FROM nowhere"), 60)
refused(lambda: client.command("SELEC 1"), 62)
refused(lambda: client.query("SELECT throwIf(number = 3) FROM numbers(10)"), 395)
refused(lambda: connect("wrong"), 516)
client.close()
print("all checks passed")
