"""Read what logbook exported with other tools, and print what they see as JSON.

    readers.py READER:PATH…

READER is one of the functions below without its "with_"; a path that is a
folder is a dataset, and "-" a stream on standard input. The answer is a list
with an entry for each argument, {"lacks": module} if this Python lacks the
reader (pip install -r testdata/requirements.txt). The Go test beside compares
the answers with what was in the log.
"""
import functools
import hashlib
import json
import os
import sys

TEXTS = ["host", "path", "query", "referer", "agent"]
NUMBERS = ["status", "bytes", "user"]


def seen(columns, types, ordered=True):
    """What a table of Python lists holds; times are in µs since 1970."""
    h = hashlib.sha256()
    rows = list(zip(*(columns[c] for c in TEXTS)))
    for row in rows if ordered else sorted(rows, key=lambda r: [(t is None, t or "") for t in r]):
        for text in row:
            h.update(b"\xff" if text is None else text.encode() + b"\xfe")
    return {
        "rows": len(rows),
        "texts": h.hexdigest(),
        "status": counts(columns["status"]),
        "books": counts(columns["book"]) if "book" in columns else None,
        "bytes": sum(int(b) for b in columns["bytes"] if b is not None),
        "nulls": {c: sum(v is None for v in columns[c]) for c in TEXTS + ["bytes", "user"]},
        "first": min(columns["time"], default=0),
        "last": max(columns["time"], default=0),
        "types": types,
    }


def counts(values):
    of = {}
    for v in values:
        key = "null" if v is None else str(int(v)) if isinstance(v, (int, float)) else v
        of[key] = of.get(key, 0) + 1
    return of


def wanted(path):
    """The columns to read; the book too of a dataset, where a folder has it."""
    return TEXTS + NUMBERS + (["book"] if os.path.isdir(path) else [])


def with_pyarrow(path):
    import pyarrow as pa
    import pyarrow.dataset
    import pyarrow.feather
    import pyarrow.parquet as pq
    if path == "-":
        t = pa.ipc.open_stream(sys.stdin.buffer).read_all()
    elif os.path.isdir(path):
        t = pa.dataset.dataset(path, partitioning="hive").to_table()
    elif path.endswith(".parquet"):
        t = pq.read_table(path)
    elif path.endswith(".arrow"):
        t = pa.feather.read_table(path)
    else:
        t = pa.ipc.open_stream(path).read_all()
    t.validate(full=True)
    columns = {c: t[c].to_pylist() for c in wanted(path)}
    columns["time"] = t["time"].cast(pa.int64()).to_pylist()
    return seen(columns, {f.name: str(f.type) for f in t.schema}, ordered=not os.path.isdir(path))


def with_pandas(path):
    import pandas as pd
    if path.endswith(".jsonl"):
        t = pd.read_json(path, lines=True, dtype={c: "str" for c in TEXTS}, convert_dates=["time"])
    elif path.endswith(".arrow"):
        t = pd.read_feather(path)
    elif os.path.isdir(path):
        # Left alone, it makes dictionaries of folders' names, which pyarrow cannot do if one is null.
        import pyarrow.dataset
        t = pd.read_parquet(path, partitioning=pyarrow.dataset.partitioning(flavor="hive"))
    else:
        t = pd.read_parquet(path)
    columns = {c: [None if pd.isna(v) else v for v in t[c]] for c in wanted(path)}
    columns["time"] = [int(v.value) // 1000 for v in t["time"]]
    return seen(columns, {"time": str(t["time"].dtype)}, ordered=not os.path.isdir(path))


def with_polars(path):
    import polars as pl
    if os.path.isdir(path):
        t = pl.read_parquet(path + "/*/*.parquet", hive_partitioning=True)
    else:
        t = pl.read_parquet(path) if path.endswith(".parquet") else pl.read_ipc(path)
    columns = {c: t[c].to_list() for c in wanted(path)}
    columns["time"] = t["time"].dt.epoch("us").to_list()
    return seen(columns, {c: str(t[c].dtype) for c in ["time", "status", "bytes", "path"]}, ordered=not os.path.isdir(path))


def with_duckdb(path):
    import duckdb
    duckdb.sql("set timezone='UTC'")
    if os.path.isdir(path):
        source = f"read_parquet('{path}/*/*.parquet', hive_partitioning=true)"
    elif path.endswith(".csv"):
        source = f"read_csv('{path}', sample_size=-1, allow_quoted_nulls=false)"
    elif path.endswith(".jsonl"):
        source = f"read_json('{path}', sample_size=-1)"
    else:
        source = f"'{path}'"
    names = wanted(path)
    cells = ", ".join(f'"{n}"' for n in names)
    rows = duckdb.sql(f'select {cells}, epoch_us("time") from {source}').fetchall()
    columns = dict(zip(names + ["time"], map(list, zip(*rows)))) if rows else {n: [] for n in names + ["time"]}
    types = {name: kind for name, kind, *_ in duckdb.sql(f"describe select * from {source}").fetchall()}
    return seen(columns, types, ordered=not os.path.isdir(path))


@functools.cache
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
    names = wanted(path)
    rows = t.select(*names, f.unix_micros("time")).collect()
    columns = dict(zip(names + ["time"], map(list, zip(*rows)))) if rows else {n: [] for n in names + ["time"]}
    return seen(columns, dict(t.dtypes), ordered=False)


def with_statistics(path):
    """What pyarrow and DuckDB make of a file's footer, and whether the claims there are true."""
    import duckdb
    import pyarrow.parquet as pq
    f = pq.ParquetFile(path)
    wrong, encodings = [], {}
    for g in range(f.num_row_groups):
        group, rows = f.metadata.row_group(g), f.read_row_group(g)
        for i in range(group.num_columns):
            c = group.column(i)
            encodings[c.path_in_schema] = sorted(c.encodings)
            values = [v for v in rows[c.path_in_schema].to_pylist() if v is not None]
            s = c.statistics
            if s is None or s.null_count != len(rows) - len(values) or s.has_min_max != bool(values):
                wrong.append(f"{c.path_in_schema}: {s}")
            elif values and not (s.min <= min(values, key=order) and s.max >= max(values, key=order)):
                wrong.append(f"{c.path_in_schema}: from {s.min!r} to {s.max!r}")
    unknown = duckdb.sql(f"select path_in_schema from parquet_metadata('{path}') where stats_null_count is null "
                         "or stats_min_value is null and num_values > stats_null_count").fetchall()
    meta = {k.decode(): v.decode() for k, v in f.metadata.metadata.items() if k.startswith(b"logbook.")}
    first = f.metadata.row_group(0)
    return {"wrong": wrong, "unknown": unknown, "encodings": encodings, "createdby": f.metadata.created_by, "metadata": meta,
            "sorted": [f.metadata.schema.column(s.column_index).name for s in first.sorting_columns],
            "compression": first.column(0).compression}


def order(v):
    return v.encode() if isinstance(v, str) else v


def with_parquet_mr(path):
    """Which columns have statistics that Java's reader, Spark's and Trino's kin, believes."""
    jvm = session()._jvm
    footer = jvm.org.apache.parquet.hadoop.ParquetFileReader.readFooter(
        session()._jsc.hadoopConfiguration(), jvm.org.apache.hadoop.fs.Path(path))
    columns = footer.getBlocks().get(0).getColumns()
    return {c.getPath().toDotString(): c.getStatistics().hasNonNullValue() for c in columns}


def with_pruning(path):
    """The plans of DuckDB and Spark for one day of a dataset by day."""
    import duckdb
    plan = duckdb.sql(f"explain analyze select count(*) from read_parquet('{path}/*/*.parquet', hive_partitioning=true) "
                      "where dt = date '2026-11-03'").fetchall()[0][1]
    t = session().read.parquet(path)
    day = t.where("dt = '2026-11-03'")
    spark = day._jdf.queryExecution().executedPlan().toString()
    return {"duckdb": plan, "spark": spark, "rows": day.count(), "type": dict(t.dtypes)["dt"]}


if __name__ == "__main__":
    answers = []
    for call in sys.argv[1:]:
        reader, _, path = call.partition(":")
        try:
            answers.append(globals()["with_" + reader](path))
        except ModuleNotFoundError as e:
            answers.append({"lacks": e.name})
        except Exception as e:  # the other readers may do better
            answers.append({"fails": f"{type(e).__name__}: {e}"})
    json.dump(answers, sys.stdout)
