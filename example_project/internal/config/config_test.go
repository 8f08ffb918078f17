package config

import (
	"os"
	"testing"
)

// TestFromEnv reads the environment of the run: the release pipeline runs it once for each market.
func TestFromEnv(t *testing.T) {
	cfg, err := FromEnv()
	if err != nil {
		t.Fatal(err)
	}
	want := os.Getenv("SHOP_CURRENCY")
	if want == "" {
		want = "EUR"
	}
	if cfg.Currency != want {
		t.Errorf("Currency = %q, want %q", cfg.Currency, want)
	}
}

func TestFromEnvRefusesCurrency(t *testing.T) {
	t.Setenv("SHOP_CURRENCY", "euro")
	if cfg, err := FromEnv(); err == nil {
		t.Errorf("FromEnv() = %+v, want an error", cfg)
	}
}
