// Package catalog knows what the shop sells.
package catalog

import (
	"fmt"
	"io"
	"sort"

	"example.com/shop/internal/money"
)

//go:generate go run ../../tools/gencatalog -in products.csv -out products_gen.go

// Product is one line of products.csv.
type Product struct {
	SKU   string      `json:"sku"`
	Name  string      `json:"name"`
	Price money.Cents `json:"price"`
	Stock int         `json:"stock"`
}

// All returns every product, sorted by SKU.
func All() []Product {
	all := append([]Product(nil), products...)
	sort.Slice(all, func(i, j int) bool { return all[i].SKU < all[j].SKU })
	return all
}

// LowStock returns the products of which fewer than limit are left.
func LowStock(limit int) []Product {
	var low []Product
	for _, p := range All() {
		if p.Stock < limit {
			low = append(low, p)
		}
	}
	return low
}

// WriteList writes products one a line, as the warehouse prints them.
func WriteList(w io.Writer, products []Product, currency string) error {
	for _, p := range products {
		_, err := fmt.Fprintf(w, "%-8s %-16s %12s %4d\n", p.SKU, p.Name, money.Format(p.Price, currency), p.Stock)
		if err != nil {
			return err
		}
	}
	return nil
}
