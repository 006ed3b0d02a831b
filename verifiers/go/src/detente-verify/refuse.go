package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
)

// refusal is what every decoder panics with when its input has not the one form there is.
// attempt turns it back into a value; any other panic is a fault of this program.
type refusal struct{ why string }

func need(condition bool, why string) {
	if !condition {
		panic(refusal{why})
	}
}

// attempt reports whether f ran through without a refusal.
func attempt(f func()) (ok bool) {
	defer func() {
		if caught := recover(); caught != nil {
			if _, isRefusal := caught.(refusal); !isRefusal {
				panic(caught)
			}
			ok = false
		}
	}()
	f()
	return true
}

type hash = [32]byte

func leafHash(data []byte) hash {
	return sha256.Sum256(append([]byte{0}, data...))
}

func nodeHash(left, right hash) hash {
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// domainHash hashes a tag, a zero byte and the data.
func domainHash(tag string, data []byte) hash {
	return sha256.Sum256(tagged(tag, data))
}

func tagged(tag string, data []byte) []byte {
	return append(append([]byte(tag), 0), data...)
}

func toHash(data []byte) (h hash) {
	need(len(data) == 32, "hash length")
	copy(h[:], data)
	return h
}

func b64(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

// unb64 is strict: what does not encode back to the same text is refused. length < 0: any.
func unb64(text string, length int) []byte {
	raw, err := base64.StdEncoding.DecodeString(text)
	need(err == nil && b64(raw) == text, "base64 form")
	need(length < 0 || len(raw) == length, "base64 length")
	return raw
}

const intMax = 1<<53 - 1

// decimal reads a canonical number of at most 2^53-1.
func decimal(text string) int64 {
	need(len(text) >= 1 && len(text) <= 16, "number form")
	need(text[0] != '0' || text == "0", "leading zero")
	var value int64
	for i := 0; i < len(text); i++ {
		need(text[i] >= '0' && text[i] <= '9', "number form")
		value = value*10 + int64(text[i]-'0')
	}
	need(value <= intMax, "number too large")
	return value
}

// cutLine splits off the first line; refused if there is no line end.
func cutLine(data []byte) (line, rest []byte) {
	at := bytes.IndexByte(data, '\n')
	need(at >= 0, "no line end")
	return data[:at], data[at+1:]
}
