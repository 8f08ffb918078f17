// Package money holds amounts in the smallest unit of a currency.
package money

import "strconv"

// Cents is an amount: 1250 is twelve and a half.
type Cents int64

// Format writes an amount with its currency: "12.50 EUR".
func Format(amount Cents, currency string) string {
	sign := ""
	if amount < 0 {
		sign, amount = "-", -amount
	}
	// Two digits after the point, always.
	fraction := strconv.Itoa(int(amount % 100))
	if len(fraction) < 2 {
		fraction = "0" + fraction
	}
	return sign + strconv.FormatInt(int64(amount/100), 10) + "." + fraction + " " + currency
}
