package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"example.com/shop/internal/config"
)

func TestRoutes(t *testing.T) {
	handler := newHandler(config.Config{Currency: "EUR"})
	for path, want := range map[string]int{
		"/version":      http.StatusOK,
		"/products":     http.StatusOK,
		"/products.txt": http.StatusOK,
		"/nowhere":      http.StatusNotFound,
	} {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		if answer.Code != want {
			t.Errorf("GET %s: status %d, want %d", path, answer.Code, want)
		}
	}
}
