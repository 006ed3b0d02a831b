package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
)

const (
	noteBytes     = 1 << 20
	proofBytes    = noteBytes + 4096
	noteLinesMax  = 100
	pathHashesMax = 63
)

// checkpoint is a note in strict form; no signature is checked when it is read.
type checkpoint struct {
	raw, text []byte
	hash      hash
	origin    string
	size      int64
	root      hash
	lines     []noteLine
}

type noteLine struct {
	name, id  string
	signature []byte
}

func newCheckpoint(data []byte) *checkpoint {
	need(len(data) <= noteBytes && utf8.Valid(data), "note too long or not UTF-8")
	for _, b := range data {
		need(b >= 0x20 || b == '\n', "control character")
	}
	split := bytes.LastIndex(data, []byte("\n\n"))
	need(split >= 0 && len(data) > split+2 && data[len(data)-1] == '\n', "note without signatures")
	c := &checkpoint{raw: data, text: data[:split+1], hash: sha256.Sum256(data)}
	lines := strings.Split(string(data[split+2:len(data)-1]), "\n")
	need(len(lines) <= noteLinesMax, "too many lines")
	for _, line := range lines {
		c.lines = append(c.lines, newNoteLine(line))
	}
	c.readText(strings.Split(string(data[:split]), "\n"))
	return c
}

func (c *checkpoint) readText(lines []string) {
	need(len(lines) == 3 && nameAllowed(lines[0]), "checkpoint lines")
	c.origin, c.size, c.root = lines[0], decimal(lines[1]), toHash(unb64(lines[2], 32))
	need(c.size > 0 || c.root == sha256.Sum256(nil), "root of the empty tree")
}

func newNoteLine(line string) noteLine {
	need(strings.HasPrefix(line, "\u2014 "), "signature line")
	words := strings.SplitN(line[len("\u2014 "):], " ", 2)
	need(len(words) == 2 && nameAllowed(words[0]), "signature line")
	raw := unb64(words[1], -1)
	need(len(raw) >= 5, "signature too short")
	return noteLine{words[0], string(raw[:4]), raw[4:]}
}

func nameAllowed(name string) bool {
	if len(name) < 1 || len(name) > 255 || !utf8.ValidString(name) {
		return false
	}
	for _, c := range name {
		if unicode.IsSpace(c) || unicode.IsControl(c) || c == '+' {
			return false
		}
	}
	return true
}

// proofFile is a `.tlog-proof` file in strict form.
type proofFile struct {
	index int64
	path  []hash
	note  *checkpoint
}

func newProofFile(data []byte) *proofFile {
	need(len(data) <= proofBytes, "too long")
	first, rest := cutLine(data)
	need(string(first) == "c2sp.org/tlog-proof@v1", "proof head")
	second, rest := cutLine(rest)
	need(strings.HasPrefix(string(second), "index "), "index")
	p := &proofFile{index: decimal(string(second[6:]))}
	for {
		var line []byte
		line, rest = cutLine(rest)
		if len(line) == 0 {
			break
		}
		need(len(p.path) < pathHashesMax, "too many hashes")
		p.path = append(p.path, toHash(unb64(string(line), 32)))
	}
	p.note = newCheckpoint(rest)
	return p
}

func (p *proofFile) holds(leaf hash) bool {
	return included(p.index, p.note.size, leaf, p.path, p.note.root)
}

// ---- keys that may stand in the notes of one log

type sourceSort int

const (
	logKey sourceSort = iota
	partyKey
	observerKey
	witnessKey
)

type source struct {
	sort sourceSort
	name string
}

type noteKey struct {
	name   string
	kind   byte
	public []byte
	source source
	mirror bool
}

func (k *noteKey) id() string { return string(keyID(k.name, k.kind, k.public)) }

// keyTable is the known keys by name and key id. More than one for a line voids it.
type keyTable map[[2]string][]*noteKey

func (t keyTable) add(name string, edKind byte, ed, pq []byte, from source, mirror bool) {
	keys := []*noteKey{{name, edKind, ed, from, mirror}}
	if pq != nil {
		keys = append(keys, &noteKey{name, 6, pq, from, mirror})
	}
	for _, key := range keys {
		place := [2]string{name, key.id()}
		t[place] = append(t[place], key)
	}
}

func idText(hash uint32) string {
	var raw [4]byte
	binary.BigEndian.PutUint32(raw[:], hash)
	return string(raw[:])
}

// Verifier makes the table what note.Open asks. ML-DSA lines are unknown to it.
func (t keyTable) Verifier(name string, hash uint32) (note.Verifier, error) {
	keys := t[[2]string{name, idText(hash)}]
	switch {
	case len(keys) == 0 || (len(keys) == 1 && keys[0].kind == 6):
		return nil, &note.UnknownVerifierError{Name: name, KeyHash: hash}
	case len(keys) > 1:
		return nil, errors.New("two keys with one key id")
	}
	return lineVerifier{keys[0], hash}, nil
}

// lineVerifier checks a line of the log (0x01) or of a cosigner (0x04).
type lineVerifier struct {
	key  *noteKey
	hash uint32
}

func (v lineVerifier) Name() string    { return v.key.name }
func (v lineVerifier) KeyHash() uint32 { return v.hash }

func (v lineVerifier) Verify(message, signature []byte) bool {
	if v.key.kind == 1 {
		return edValid(v.key.public, message, signature)
	}
	if len(signature) != 72 {
		return false
	}
	seconds := binary.BigEndian.Uint64(signature)
	signed := "cosignature/v1\ntime " + strconv.FormatUint(seconds, 10) + "\n" + string(message)
	return edValid(v.key.public, []byte(signed), signature[8:])
}

type signedLine struct {
	key  *noteKey
	time int64
}

// checked is what the lines of a note gave.
type checked struct {
	lines     []signedLine
	unchecked bool // a known ML-DSA line was there
	logSigned bool
}

// open checks all known lines of a note; refused if one does not hold.
func (t keyTable) open(c *checkpoint) *checked {
	found := &checked{}
	seen := map[[2]string]bool{}
	for _, line := range c.lines {
		place := [2]string{line.name, line.id}
		keys := t[place]
		if len(keys) == 0 {
			continue
		}
		need(len(keys) == 1 && !seen[place], "key twice") // x/mod would drop the second silently
		seen[place] = true
		checkForm(keys[0], line.signature)
		found.unchecked = found.unchecked || keys[0].kind == 6
	}
	opened, err := note.Open(c.raw, t)
	if err != nil {
		var unverified *note.UnverifiedNoteError
		need(errors.As(err, &unverified), "signature")
		opened = unverified.Note
	}
	for _, sig := range opened.Sigs {
		key := t[[2]string{sig.Name, idText(sig.Hash)}][0]
		found.lines = append(found.lines, signedLine{key, timeOf(key, sig.Base64)})
		found.logSigned = found.logSigned || key.kind == 1
	}
	return found
}

// checkForm checks length and time of a cosignature, also where its signature can't be checked.
func checkForm(key *noteKey, signature []byte) {
	if key.kind == 1 {
		return
	}
	wanted := map[byte]int{4: 8 + 64, 6: 8 + mlDsaSigBytes}[key.kind]
	need(len(signature) == wanted, "length")
	seconds := binary.BigEndian.Uint64(signature)
	need(seconds >= 1 && seconds < 1<<63, "time")
}

func timeOf(key *noteKey, text string) int64 {
	if key.kind == 1 {
		return 0
	}
	raw, _ := base64.StdEncoding.DecodeString(text)
	return int64(binary.BigEndian.Uint64(raw[4:]))
}
