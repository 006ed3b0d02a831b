package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io/ioutil"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

const testOrigin = "log.example/r/0/a/0"

// writeLog writes a log of n entries in the form of C2SP; it answers the verifier key.
func writeLog(t *testing.T, folder string, n int64) string {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := []tlog.Hash{}
		for _, i := range indexes {
			found = append(found, stored[i])
		}
		return found, nil
	})
	var run []byte
	for i := int64(0); i < n; i++ {
		entry := []byte(fmt.Sprintf("entry %d", i))
		hashes, err := tlog.StoredHashes(i, entry, reader)
		check(t, err)
		stored = append(stored, hashes...)
		run = append(append(run, 0, byte(len(entry))), entry...)
		if width := int(i%tileWidth) + 1; width == tileWidth || i == n-1 {
			save(t, folder, tilePath(tlog.Tile{H: tileHeight, L: -1, N: i / tileWidth, W: width}), run)
			run = nil
		}
	}
	for _, tile := range tlog.NewTiles(tileHeight, 0, n) {
		if int64(tile.W) != (n>>uint(tileHeight*tile.L))%tileWidth && tile.W < tileWidth {
			continue // of a smaller size than this one
		}
		data, err := tlog.ReadTileData(tile, reader)
		check(t, err)
		save(t, folder, tilePath(tile), data)
	}
	root, err := tlog.TreeHash(n, reader)
	check(t, err)
	return signCheckpoint(t, folder, n, root)
}

func signCheckpoint(t *testing.T, folder string, n int64, root tlog.Hash) string {
	private := ed25519.NewKeyFromSeed(make([]byte, 32))
	public := []byte(private.Public().(ed25519.PublicKey))
	text := fmt.Sprintf("%s\n%d\n%s\n", testOrigin, n, base64.StdEncoding.EncodeToString(root[:]))
	line := append(keyID(testOrigin, 1, public), ed25519.Sign(private, []byte(text))...)
	save(t, folder, "checkpoint", []byte(text+"\n\u2014 "+testOrigin+" "+b64(line)+"\n"))
	return vkey(testOrigin, 1, public)
}

func save(t *testing.T, folder, path string, data []byte) {
	full := filepath.Join(folder, path)
	check(t, os.MkdirAll(filepath.Dir(full), 0o755))
	check(t, ioutil.WriteFile(full, data, 0o644))
}

func check(t *testing.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

func TestLogs(t *testing.T) {
	for _, n := range []int64{1, 255, 256, 257, 1000, 70000} {
		folder := t.TempDir()
		key := writeLog(t, folder, n)
		if size, err := verifyLog(folder, key); err != nil || size != n {
			t.Errorf("log of %d: %d, %v", n, size, err)
		}
		flipEveryFile(t, folder, key)
	}
}

// flipEveryFile changes a byte of each file (of some, if there are many): it must be found each time.
func flipEveryFile(t *testing.T, folder, key string) {
	files := []string{}
	check(t, filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			files = append(files, path)
		}
		return err
	}))
	for i := 0; i < len(files); i += 1 + len(files)/12 {
		data, err := ioutil.ReadFile(files[i])
		check(t, err)
		at := int(binary.BigEndian.Uint16(data)) % len(data)
		data[at] ^= 1
		check(t, ioutil.WriteFile(files[i], data, 0o644))
		if _, err := verifyLog(folder, key); err == nil {
			t.Errorf("change not found: %s, byte %d", files[i], at)
		}
		data[at] ^= 1
		check(t, ioutil.WriteFile(files[i], data, 0o644))
	}
}

func TestFullTileForPartial(t *testing.T) {
	folder := t.TempDir()
	key := writeLog(t, folder, 300)
	small, err := ioutil.ReadFile(filepath.Join(folder, "checkpoint"))
	check(t, err)
	writeLog(t, folder, 600)
	check(t, ioutil.WriteFile(filepath.Join(folder, "checkpoint"), small, 0o644))
	check(t, os.RemoveAll(filepath.Join(folder, "tile/0/001.p")))
	check(t, os.RemoveAll(filepath.Join(folder, "tile/entries/001.p")))
	if size, err := verifyLog(folder, key); err != nil || size != 300 {
		t.Error(size, err)
	}
}
