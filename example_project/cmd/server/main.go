// Command server serves the catalog over HTTP.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"time"

	"example.com/shop/internal/catalog"
	"example.com/shop/internal/config"
)

// version is stamped by the linker: -ldflags "-X main.version=v1.2.3".
var version = "dev"

func main() {
	cfg, err := config.FromEnv()
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Addr: cfg.Addr, Handler: newHandler(cfg), ReadHeaderTimeout: 5 * time.Second}
	log.Printf("shop server %s on %s", version, cfg.Addr)
	log.Fatal(server.ListenAndServe())
}

func newHandler(cfg config.Config) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/version", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, version)
	})
	mux.HandleFunc("/products", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(catalog.All()); err != nil {
			log.Print(err)
		}
	})
	mux.HandleFunc("/products.txt", func(w http.ResponseWriter, _ *http.Request) {
		if err := catalog.WriteList(w, catalog.All(), cfg.Currency); err != nil {
			log.Print(err)
		}
	})
	return mux
}
