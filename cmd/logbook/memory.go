package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
)

// spareMemory returns how much memory a command may take without being asked
// to take less: a quarter of what the machine, or the container, has.
func spareMemory() int64 {
	whole := int64(math.MaxInt64)
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			fields := strings.Fields(line)
			if kilobytes, err := strconv.ParseInt(fields[min(1, len(fields)-1)], 10, 64); err == nil && fields[0] == "MemTotal:" {
				whole = kilobytes << 10
			}
		}
	}
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil { // or it is "max"
			whole = min(whole, n)
		}
	}
	if whole == math.MaxInt64 {
		return 1 << 30 // an operating system that does not tell
	}
	return whole / 4
}

// megabytes prints a number of bytes.
func megabytes(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.3g GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.3g MB", float64(n)/1e6)
	}
	return count(n) + " bytes"
}
