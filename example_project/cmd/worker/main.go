// Command worker prints what the warehouse has to order.
package main

import (
	"flag"
	"log"
	"os"

	"example.com/shop/internal/catalog"
)

// version is stamped by the linker: -ldflags "-X main.version=v1.2.3".
var version = "dev"

func main() {
	limit := flag.Int("limit", 10, "order what has fewer pieces in stock")
	currency := flag.String("currency", "EUR", "currency of the prices")
	flag.Parse()
	log.SetPrefix("worker " + version + ": ")
	if err := catalog.WriteList(os.Stdout, catalog.LowStock(*limit), *currency); err != nil {
		log.Fatal(err)
	}
}
