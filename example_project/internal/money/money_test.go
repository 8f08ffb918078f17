package money

import "testing"

func TestFormat(t *testing.T) {
	for amount, want := range map[Cents]string{
		0:      "0.00 EUR",
		5:      "0.05 EUR",
		1250:   "12.50 EUR",
		-199:   "-1.99 EUR",
		100000: "1000.00 EUR",
	} {
		if got := Format(amount, "EUR"); got != want {
			t.Errorf("Format(%d) = %q, want %q", amount, got, want)
		}
	}
}
