// Package config reads the settings of the shop from the environment.
package config

import (
	"fmt"
	"os"
)

// Config is what a deployment decides.
type Config struct {
	Addr     string
	Currency string
}

// FromEnv reads SHOP_ADDR and SHOP_CURRENCY; both may be absent.
func FromEnv() (Config, error) {
	cfg := Config{Addr: ":8080", Currency: "EUR"}
	if addr := os.Getenv("SHOP_ADDR"); addr != "" {
		cfg.Addr = addr
	}
	if currency := os.Getenv("SHOP_CURRENCY"); currency != "" {
		cfg.Currency = currency
	}
	if len(cfg.Currency) != 3 {
		return Config{}, fmt.Errorf("SHOP_CURRENCY=%q is not an ISO 4217 code", cfg.Currency)
	}
	return cfg, nil
}
