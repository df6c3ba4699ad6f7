"""Read what logbook exported with another tool, and print what it sees as JSON.

    readers.py READER FILE…   READER is pyarrow, pandas, polars, duckdb or spark
    readers.py pruning DIR    which files of a dataset duckdb and spark read for one day

The answer is a list with an entry for each file; the exit code is 77 if this
Python lacks the reader (pip install -r testdata/requirements.txt). The Go test beside compares the answer with what was in the log.
"""
import hashlib
import json
import sys

TEXTS = ["host", "path", "query", "referer", "agent"]


def seen(columns, types, ordered=True):
    """What a table of Python lists holds; times are in µs since 1970."""
    h = hashlib.sha256()
    rows = list(zip(*(columns[c] for c in TEXTS)))
    for row in rows if ordered else sorted(rows, key=lambda r: [(t is None, t or "") for t in r]):
        for text in row:
            h.update(b"\xff" if text is None else text.encode() + b"\xfe")
    status = {}
    for s in columns["status"]:
        key = "null" if s is None else str(int(s))
        status[key] = status.get(key, 0) + 1
    return {
        "rows": len(rows),
        "texts": h.hexdigest(),
        "status": status,
        "bytes": sum(int(b) for b in columns["bytes"] if b is not None),
        "nulls": {c: sum(v is None for v in columns[c]) for c in TEXTS + ["bytes", "user"]},
        "first": min(columns["time"]),
        "last": max(columns["time"]),
        "types": types,
    }


def with_pyarrow(path):
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.feather
    import pyarrow.json
    import pyarrow.parquet as pq
    if path == "-":
        t = pa.ipc.open_stream(sys.stdin.buffer).read_all()
    elif path.endswith(".parquet"):
        t = pq.read_table(path)
    elif path.endswith(".arrow"):
        t = pa.feather.read_table(path)
    else:
        t = pa.ipc.open_stream(path).read_all()
    t.validate(full=True)
    columns = {c: t[c].to_pylist() for c in TEXTS + ["status", "bytes", "user"]}
    columns["time"] = t["time"].cast(pa.int64()).to_pylist()
    return seen(columns, {f.name: str(f.type) for f in t.schema})


def with_pandas(path):
    import pandas as pd
    if path.endswith(".jsonl"):
        t = pd.read_json(path, lines=True, dtype={c: "str" for c in TEXTS}, convert_dates=["time"])
    elif path.endswith(".parquet"):
        t = pd.read_parquet(path)
    else:
        t = pd.read_feather(path)
    columns = {c: [None if pd.isna(v) else v for v in t[c]] for c in TEXTS + ["status", "bytes", "user"]}
    columns["time"] = [int(v.value) // 1000 for v in t["time"]]
    return seen(columns, {"time": str(t["time"].dtype)})


def with_polars(path):
    import polars as pl
    t = pl.read_parquet(path) if path.endswith(".parquet") else pl.read_ipc(path)
    columns = {c: t[c].to_list() for c in TEXTS + ["status", "bytes", "user"]}
    columns["time"] = t["time"].dt.epoch("us").to_list()
    return seen(columns, {c: str(t[c].dtype) for c in ["time", "status", "bytes", "path"]})


def with_duckdb(path):
    import duckdb
    duckdb.sql("set timezone='UTC'")
    if path.endswith(".csv"):
        source = f"read_csv('{path}', sample_size=-1)"
    elif path.endswith(".jsonl"):
        source = f"read_json('{path}', sample_size=-1)"
    else:
        source = f"'{path}'"
    names = TEXTS + ["status", "bytes", "user"]
    cells = ", ".join(f'"{n}"' for n in names)
    rows = duckdb.sql(f'select {cells}, epoch_us("time") from {source}').fetchall()
    columns = dict(zip(names + ["time"], map(list, zip(*rows))))
    types = {name: kind for name, kind, *_ in duckdb.sql(f"describe select * from {source}").fetchall()}
    return seen(columns, types)


def session():
    from pyspark.sql import SparkSession
    s = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
         .config("spark.sql.session.timeZone", "UTC").config("spark.driver.bindAddress", "127.0.0.1")
         .config("spark.driver.host", "127.0.0.1").getOrCreate())
    s.sparkContext.setLogLevel("ERROR")
    return s


def with_spark(path):
    from pyspark.sql import functions as f
    t = session().read.parquet(path)
    rows = t.select(*TEXTS, "status", "bytes", "user", f.unix_micros("time")).collect()
    columns = dict(zip(TEXTS + ["status", "bytes", "user", "time"], map(list, zip(*rows))))
    return seen(columns, dict(t.dtypes), ordered=False)


def pruning(path):
    import duckdb
    plan = duckdb.sql(f"explain analyze select count(*) from read_parquet('{path}/*/*.parquet', hive_partitioning=true) "
                      "where dt = date '2026-11-03'").fetchall()[0][1]
    t = session().read.parquet(path)
    day = t.where("dt = '2026-11-03'")
    spark = day._jdf.queryExecution().executedPlan().toString()
    return {"duckdb": plan, "spark": spark, "rows": day.count(), "type": dict(t.dtypes)["dt"]}


if __name__ == "__main__":
    reader, paths = sys.argv[1], sys.argv[2:]
    read = pruning if reader == "pruning" else globals()["with_" + reader]
    try:
        answers = [read(path) for path in paths]
    except ModuleNotFoundError as e:
        print(e, file=sys.stderr)
        sys.exit(77)
    json.dump(answers, sys.stdout)
