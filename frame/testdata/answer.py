"""Answers statements with DuckDB: JSON in, JSON out. See sql_test.go."""
import decimal, json, sys

try:
    import duckdb
except ImportError:
    sys.exit(77)


def plain(value):
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def answer(connection, statement):
    try:
        relation = connection.sql(statement)
        columns = ", ".join(
            f'epoch_us("{name}")' if "TIME ZONE" in str(typ) else f'"{name}"'
            for name, typ in zip(relation.columns, relation.types)
        )
        rows = relation.project(columns).fetchall()
        return {"columns": relation.columns, "rows": [[plain(v) for v in row] for row in rows]}
    except duckdb.Error as error:
        return {"error": str(error)}


connection = duckdb.connect()
connection.execute("SET TimeZone = 'America/New_York'")  # answers must not depend on it
json.dump([answer(connection, s) for s in json.load(sys.stdin)], sys.stdout)
