package frame_test

import (
	"fmt"
	"os"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"logbook/frame"
)

var sales = arrow.NewSchema([]arrow.Field{
	{Name: "shop", Type: arrow.BinaryTypes.String},
	{Name: "euros", Type: arrow.PrimitiveTypes.Int64},
}, nil)

func salesRecord() arrow.Record {
	b := array.NewRecordBuilder(memory.DefaultAllocator, sales)
	defer b.Release()
	b.Field(0).(*array.StringBuilder).AppendValues([]string{"Oslo", "Rome", "Oslo", "Kiel"}, nil)
	b.Field(1).(*array.Int64Builder).AppendValues([]int64{12, 30, 7, 5}, nil)
	return b.NewRecord()
}

// Group Arrow records of your own.
func Example() {
	batch := salesRecord()
	defer batch.Release()
	query, err := frame.ParseQuery("where euros > 5 | count, sum euros by shop | add mean = euros / count | sort euros desc")
	check(err)
	plan, err := frame.NewPlan(batch.Schema(), []string{"shops"}, []*frame.Query{query}, frame.Options{})
	check(err)
	partial := plan.NewPartial()
	check(partial.Write(batch)) // and more; goroutines have a partial each, and merge
	tables, errs := partial.Tables()
	check(errs[0])
	check(tables[0].WriteText(os.Stdout, frame.TextOptions{}))
	// Output:
	// shop  count                    euros  mean
	// Rome      1  ████████             30    30
	// Oslo      2  ████████████████     19   9.5
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// A SyntaxError shows the place and what would be right.
func ExampleSyntaxError() {
	query, err := frame.ParseQuery("where euro > 5 | count by shop")
	check(err)
	_, err = frame.NewPlan(sales, []string{"shops"}, []*frame.Query{query}, frame.Options{})
	fmt.Println(err)
	// Output:
	// shops:1:7: unknown field "euro" (did you mean euros?)
	// 	where euro > 5 | count by shop
	// 	      ^~~~
}

// The plan of several queries says what they share.
func ExamplePlan_Explain() {
	var queries []*frame.Query
	for _, text := range []string{"where euros > 5 | count by shop", "where euros > 5 | sum euros by shop | limit 3"} {
		query, err := frame.ParseQuery(text)
		check(err)
		queries = append(queries, query)
	}
	plan, err := frame.NewPlan(sales, []string{"visits", "takings"}, queries, frame.Options{})
	check(err)
	check(plan.Explain(os.Stdout))
	// Output:
	// reads  2 of 2 columns: shop, euros
	// keeps  rows that pass, before any other column is read:
	//          euros > 5  (reads euros)
	// costs  about 21 ns a row: 4 operations, 1 selection, 1 table of groups for 2 queries
	//
	// visits
	//   table 1, about 16 ns a row, shared with takings
	//     where euros > 5
	//     by shop: text
	//     count: number
	//     then sort count desc
	//
	// takings
	//   table 1, about 16 ns a row, shared with visits
	//     where euros > 5
	//     by shop: text
	//     sum euros: number
	//     then sort euros desc
	//     then limit 3
}

// The same question for DuckDB.
func ExamplePlan_SQL() {
	query, err := frame.ParseQuery("where euros > 5 | count by shop | limit 3")
	check(err)
	plan, err := frame.NewPlan(sales, []string{"shops"}, []*frame.Query{query}, frame.Options{})
	check(err)
	statement, err := plan.SQL(0, "sales.parquet")
	check(err)
	fmt.Println(statement)
	// Output:
	// WITH grouped AS (SELECT "shop" AS "shop", count(*) AS "count"
	//   FROM 'sales.parquet'
	//   WHERE ("euros" > 5)
	//   GROUP BY ALL),
	// limited_1 AS (SELECT * FROM grouped
	// ORDER BY "count" DESC NULLS LAST, "shop" ASC NULLS LAST LIMIT 3)
	// SELECT "shop", "count"
	// FROM limited_1
	// ORDER BY "count" DESC NULLS LAST, "shop" ASC NULLS LAST
}
