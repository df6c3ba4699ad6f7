"""Write a Parquet file of logbook's anew with other tools, in types of theirs.

    writers.py FILE.parquet FOLDER

The answer, as JSON, is a list with the name of each file in FOLDER, or with
{"lacks": module} where this Python lacks the tool (pip install -r
testdata/requirements.txt). The Go test beside asks logbook the same of all.
"""
import json
import os
import sys


def with_pandas(source, to):
    import pandas as pd
    t = pd.read_parquet(source, dtype_backend="pyarrow")
    t["time"] = t["time"].astype("timestamp[ns, tz=UTC][pyarrow]")
    t["host"] = t["host"].astype("category")
    t.to_parquet(to("pandas.parquet"))
    t.to_feather(to("pandas.arrow"))


def with_pyarrow(source, to):
    import pyarrow as pa
    import pyarrow.parquet as pq
    t = pq.read_table(source)
    pq.write_table(t, to("int96.parquet"), use_deprecated_int96_timestamps=True)
    pq.write_table(t, to("ms.parquet"), coerce_timestamps="ms", allow_truncated_timestamps=True)
    at = t.schema.get_field_index("status")
    t = t.set_column(at, "status", t["status"].cast(pa.uint16()))
    with pa.ipc.new_stream(to("small.arrows"), t.schema) as w:
        w.write_table(t, max_chunksize=700)


def with_polars(source, to):
    import polars as pl
    t = pl.read_parquet(source).with_columns(pl.col("host").cast(pl.Categorical), pl.col("status").cast(pl.UInt32))
    t.write_parquet(to("polars.parquet"))
    t.write_ipc(to("polars.arrow"))


def with_duckdb(source, to):
    import duckdb
    duckdb.sql("set timezone='UTC'")
    wide = f"select * replace (status::bigint as status, time::timestamp_ns as time) from '{source}'"
    duckdb.sql(f"copy ({wide}) to '{to('duckdb.parquet')}' (format parquet)")


def main():
    source, folder = sys.argv[1:]
    answer = []
    for write in [with_pandas, with_pyarrow, with_polars, with_duckdb]:
        names = []

        def to(name):
            names.append(name)
            return os.path.join(folder, name)
        try:
            write(source, to)
            answer += [{"name": n} for n in names]
        except ModuleNotFoundError as e:
            answer.append({"lacks": e.name})
    json.dump(answer, sys.stdout)


main()
