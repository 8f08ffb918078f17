package catalog

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestWriteList(t *testing.T) {
	want, err := os.ReadFile(filepath.Join("testdata", "list.golden"))
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := WriteList(&got, All(), "EUR"); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("WriteList wrote\n%s\nwant\n%s", got.Bytes(), want)
	}
}

func TestLowStock(t *testing.T) {
	low := LowStock(10)
	if len(low) != 1 || low[0].SKU != "MUG-02" {
		t.Errorf("LowStock(10) = %v, want MUG-02 only", low)
	}
}
