package main

import (
	"strings"
	"unicode/utf8"
)

const evidenceBytes = 4 << 20

var evidenceParts = map[string][]string{
	"fork-same":     {"note-a", "note-b"},
	"fork-grow":     {"note-a", "note-b"},
	"double-cosign": {"note-a", "note-b"},
	"fork-leaf":     {"proof-a", "proof-b", "leaf-a|hash-a", "leaf-b|hash-b"},
	"misplaced":     {"proof-a", "leaf-a"},
	"bad-leaf":      {"proof-a", "leaf-a"},
	"regress":       {"proof-a", "proof-b", "leaf-a", "leaf-b"},
	"clock":         {"note-a", "proof-a", "leaf-a"},
}

var partLimits = map[string]int64{"note": noteBytes, "proof": proofBytes, "leaf": leafBytes, "hash": 32}

type fullForm struct {
	m, n   int64
	hashes []hash
}

// evidence is a file in strict form; whether it convicts anybody is another question.
type evidence struct {
	kind, origin, cosigner string
	proof                  *fullForm
	parts                  map[string][]byte
	rest                   []byte
}

func newEvidence(data []byte) *evidence {
	need(len(data) <= evidenceBytes, "too long")
	e := &evidence{rest: data, parts: map[string][]byte{}}
	need(e.line() == "detente/evidence@v1", "first line")
	e.kind = e.field("kind")
	parts, known := evidenceParts[e.kind]
	need(known, "kind")
	e.origin = e.name("origin")
	if e.kind == "double-cosign" || e.kind == "clock" {
		e.cosigner = e.name("cosigner")
	}
	line := e.line()
	if e.kind == "fork-grow" || (e.kind == "double-cosign" && strings.HasPrefix(line, "proof ")) {
		e.readProof(line)
		line = e.line()
	}
	names, sizes := []string{}, []int64{}
	for _, wanted := range parts {
		name, size := partLine(line, wanted)
		names, sizes = append(names, name), append(sizes, size)
		line = e.line()
	}
	need(line == "", "blank line")
	e.cut(names, sizes)
	return e
}

func (e *evidence) line() string {
	var line []byte
	line, e.rest = cutLine(e.rest)
	need(len(line) <= 512 && utf8.Valid(line), "line")
	return string(line)
}

func (e *evidence) field(key string) string {
	line := e.line()
	need(strings.HasPrefix(line, key+" "), key)
	return line[len(key)+1:]
}

func (e *evidence) name(key string) string {
	value := e.field(key)
	need(nameAllowed(value), key)
	return value
}

func (e *evidence) readProof(line string) {
	words := strings.Split(line, " ")
	need(len(words) == 4 && words[0] == "proof", "proof line")
	m, n, count := decimal(words[1]), decimal(words[2]), decimal(words[3])
	need(0 < m && m < n && count >= 1 && count <= pathHashesMax, "proof line")
	e.proof = &fullForm{m: m, n: n}
	for ; count > 0; count-- {
		e.proof.hashes = append(e.proof.hashes, toHash(unb64(e.line(), 32)))
	}
}

func partLine(line, wanted string) (string, int64) {
	words := strings.Split(line, " ")
	need(len(words) == 3 && words[0] == "part" && contains(strings.Split(wanted, "|"), words[1]), "part line")
	size := decimal(words[2])
	sort := words[1][:len(words[1])-2]
	need(size <= partLimits[sort] && (sort != "hash" || size == 32), "part length")
	return words[1], size
}

func (e *evidence) cut(names []string, sizes []int64) {
	left := e.rest
	for i, name := range names {
		need(sizes[i] <= int64(len(left)), "parts")
		e.parts[name], left = left[:sizes[i]], left[sizes[i]:]
	}
	need(len(left) == 0, "parts")
}

// ---- does it convict?

func (b *bundle) convicts(e *evidence) (guilty bool) {
	log, known := b.logOf(e.origin)
	if !known {
		return false
	}
	judge := map[string]func(logID, *evidence) bool{
		"fork-same": b.forkOfNotes, "fork-grow": b.forkOfNotes, "double-cosign": b.forkOfNotes, "fork-leaf": b.forkLeaf,
		"regress": b.regress, "misplaced": b.misplaced, "bad-leaf": b.badLeaf, "clock": b.clockLie,
	}[e.kind]
	attempt(func() { guilty = judge(log, e) })
	return guilty
}

// noted refuses unless the note is of this log and its lines hold; it answers the time of the cosigner's line.
func (b *bundle) noted(log logID, e *evidence, c *checkpoint, cosigner string) int64 {
	need(c.origin == e.origin, "origin")
	lines := b.checkNote(log, c, e.kind != "double-cosign").lines
	if cosigner == "" {
		return 0
	}
	for _, line := range lines {
		if line.key.kind == 4 && line.key.name == cosigner {
			return line.time
		}
	}
	panic(refusal{"not cosigned by this key"})
}

func (b *bundle) forkOfNotes(log logID, e *evidence) bool {
	first, second := newCheckpoint(e.parts["note-a"]), newCheckpoint(e.parts["note-b"])
	b.noted(log, e, first, e.cosigner)
	b.noted(log, e, second, e.cosigner)
	if e.proof == nil {
		return first.size == second.size && string(first.root[:]) < string(second.root[:])
	}
	if e.proof.m != first.size || e.proof.n != second.size {
		return false
	}
	atM, atN, ok := bothRoots(e.proof.m, e.proof.n, e.proof.hashes)
	return ok && atN == second.root && atM != first.root
}

func (b *bundle) evidenceProof(log logID, e *evidence, side string) *proofFile {
	proof := newProofFile(e.parts["proof-"+side])
	b.noted(log, e, proof.note, "")
	return proof
}

func (b *bundle) includedLeaf(log logID, e *evidence, side string) (*proofFile, []byte) {
	proof := b.evidenceProof(log, e, side)
	data := e.parts["leaf-"+side]
	need(proof.holds(leafHash(data)), "not included")
	return proof, data
}

func (b *bundle) forkLeaf(log logID, e *evidence) bool {
	var proofs [2]*proofFile
	var digests [2]hash
	for i, side := range []string{"a", "b"} {
		proofs[i] = b.evidenceProof(log, e, side)
		if data, whole := e.parts["leaf-"+side]; whole {
			digests[i] = leafHash(data)
		} else {
			digests[i] = toHash(e.parts["hash-"+side])
		}
		need(proofs[i].holds(digests[i]), "not included")
	}
	first, second := proofs[0].note, proofs[1].note
	ordered := first.size < second.size || (first.size == second.size && string(first.root[:]) <= string(second.root[:]))
	return ordered && proofs[0].index == proofs[1].index && digests[0] != digests[1]
}

func (b *bundle) regress(log logID, e *evidence) bool {
	first, dataA := b.includedLeaf(log, e, "a")
	second, dataB := b.includedLeaf(log, e, "b")
	before := map[logID]int64{}
	for _, head := range newLeaf(dataA).heads {
		before[head.log] = head.size
	}
	falls := false
	for _, head := range newLeaf(dataB).heads {
		falls = falls || head.size < before[head.log]
	}
	return first.index < second.index && falls
}

func (b *bundle) misplaced(log logID, e *evidence) bool {
	proof, data := b.includedLeaf(log, e, "a")
	l := newLeaf(data)
	return l.place() != (place{log, proof.index}) || !b.ofThisAccord(l)
}

func (b *bundle) badLeaf(log logID, e *evidence) bool {
	_, data := b.includedLeaf(log, e, "a")
	return !attempt(func() { newLeaf(data) })
}

// clockLie: origin is that of note-a; the entry may be of any log of the accord.
func (b *bundle) clockLie(log logID, e *evidence) bool {
	note := newCheckpoint(e.parts["note-a"])
	time := b.noted(log, e, note, e.cosigner)
	proof, l := newProofFile(e.parts["proof-a"]), newLeaf(e.parts["leaf-a"])
	author, known := b.logOf(proof.note.origin)
	need(known && proof.holds(leafHash(e.parts["leaf-a"])), "not included")
	need(l.place() == place{author, proof.index} && b.ofThisAccord(l), "misplaced")
	b.checkNote(author, proof.note, true)
	named := false
	for _, head := range l.heads {
		named = named || head == headRef{log, note.size, note.root, note.hash}
	}
	bound := b.notAfter(author, []*checkpoint{proof.note})
	return named && bound != nil && time-b.charter.skew > *bound
}
