package report

var historyColumns = []string{"count", "bytes"}
