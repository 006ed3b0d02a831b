package main

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/ioutil"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// A whole log served as static files: `checkpoint`, `tile/<L>/<N>[.p/<W>]`, `tile/entries/<N>[.p/<W>]` (3.4).

const tileHeight, tileWidth = 8, 256

// tilePath is the path of C2SP for a tile of x/mod: without the height, entries for data.
func tilePath(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight))
	if rest := strings.TrimPrefix(path, "data/"); rest != path {
		path = "entries/" + rest
	}
	return filepath.FromSlash("tile/" + path)
}

// logFiles reads tiles below a folder. A partial tile may be gone once the full one exists.
type logFiles struct{ folder string }

func (f logFiles) Height() int { return tileHeight }

func (f logFiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (f logFiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	found := [][]byte{}
	for _, tile := range tiles {
		data, err := f.read(tile)
		if err != nil || len(data) < tile.W*32 {
			return nil, errors.New("tile missing or short: " + tilePath(tile))
		}
		if full := len(data) == tileWidth*32; !full && len(data) != tile.W*32 {
			return nil, errors.New("tile of another length: " + tilePath(tile))
		}
		found = append(found, data[:tile.W*32])
	}
	return found, nil
}

func (f logFiles) read(tile tlog.Tile) ([]byte, error) {
	data, err := ioutil.ReadFile(filepath.Join(f.folder, tilePath(tile)))
	if err != nil && tile.W < tileWidth {
		tile.W = tileWidth
		data, err = ioutil.ReadFile(filepath.Join(f.folder, tilePath(tile)))
	}
	return data, err
}

// entries cuts an entry bundle: u16be length and bytes, at least count of them, each at most 16 KiB.
func entries(data []byte, count int) [][]byte {
	found := [][]byte{}
	for len(data) > 0 {
		need(len(data) >= 2, "bundle ends early")
		size := int(binary.BigEndian.Uint16(data))
		need(size <= leafBytes && len(data) >= 2+size, "entry length")
		found, data = append(found, data[2:2+size]), data[2+size:]
	}
	need(len(found) == count || (len(found) == tileWidth && count < tileWidth), "entries in a bundle")
	return found[:count]
}

// parseVkey reads `name+hex8+base64(type || key)` of an Ed25519 log.
func parseVkey(text string) (name string, public []byte) {
	words := strings.SplitN(text, "+", 3)
	need(len(words) == 3 && nameAllowed(words[0]), "verifier key")
	raw := unb64(words[2], 33)
	need(raw[0] == 1 && admitted(raw[1:]), "verifier key of another kind")
	need(words[1] == hex.EncodeToString(keyID(words[0], 1, raw[1:])), "key id")
	return words[0], raw[1:]
}

// verifyLog checks every entry and every tile under the newest checkpoint; it answers the size.
func verifyLog(folder, vkeyText string) (size int64, err error) {
	var head *checkpoint
	if !attempt(func() { head = openCheckpoint(folder, vkeyText) }) {
		return 0, errors.New("checkpoint missing, not in form, or not signed by this key")
	}
	files := logFiles{folder}
	reader := tlog.TileHashReader(tlog.Tree{N: head.size, Hash: tlog.Hash(head.root)}, files)
	if head.size == 0 && head.root != treeRoot(nil) {
		return 0, errors.New("root of an empty log")
	}
	for first := int64(0); first < head.size; first += tileWidth {
		count := tileWidth
		if left := head.size - first; left < tileWidth {
			count = int(left)
		}
		if err := verifyRun(files, reader, first, count); err != nil {
			return 0, err
		}
	}
	return head.size, nil
}

func openCheckpoint(folder, vkeyText string) *checkpoint {
	name, public := parseVkey(vkeyText)
	data, err := ioutil.ReadFile(filepath.Join(folder, "checkpoint"))
	need(err == nil, "no checkpoint")
	head, table := newCheckpoint(data), keyTable{}
	table.add(name, 1, public, nil, source{logKey, ""}, false)
	need(head.origin == name && table.open(head).logSigned, "not of this log")
	return head
}

// verifyRun compares the entries of one bundle with their hashes, and those with the signed root.
func verifyRun(files logFiles, reader tlog.HashReader, first int64, count int) error {
	data, err := files.read(tlog.Tile{H: tileHeight, L: -1, N: first / tileWidth, W: count})
	var leaves [][]byte
	if err != nil || !attempt(func() { leaves = entries(data, count) }) {
		return fmt.Errorf("entries from %d missing or not in form", first)
	}
	indexes := make([]int64, count)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, first+int64(i))
	}
	hashes, err := reader.ReadHashes(indexes)
	if err != nil {
		return fmt.Errorf("tiles over entry %d: %v", first, err)
	}
	for i, leaf := range leaves {
		if leafHash(leaf) != hash(hashes[i]) {
			return fmt.Errorf("entry %d differs from its hash", first+int64(i))
		}
	}
	return nil
}

func runLog(o options) int {
	size, err := verifyLog(o.log, o.key)
	if err != nil {
		fmt.Println("not verified: " + escaped(err.Error()))
		return 1
	}
	fmt.Printf("verified: %d entries\n", size)
	return 0
}
