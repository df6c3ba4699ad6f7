package parse

import "testing"

// TestAmend checks that the latest line of each keyword is in force.
func TestAmend(t *testing.T) {
	var got []byte
	for _, line := range []string{"#Version: 1.0", "#Date: 2000-10-09", "#Fields: time c-ip\r\n", "#Remark", "#Date: 2000-10-10", "#Remark"} {
		got = Amend(got, []byte(line))
	}
	if want := "#Version: 1.0\n#Fields: time c-ip\n#Date: 2000-10-10\n#Remark\n"; string(got) != want {
		t.Errorf("Amend = %q, want %q", got, want)
	}
}
