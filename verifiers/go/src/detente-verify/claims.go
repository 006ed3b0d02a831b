package main

import (
	"fmt"
	"sort"
)

const (
	verified     = "verified"
	notVerified  = "not-verified"
	cannotDecide = "cannot-decide"
)

// outcome is the verdict on one claim.
type outcome struct {
	claim, verdict, reason string
	labels                 []string
	notBefore, notAfter    *int64
	notProved              []string
}

func (c claim) String() string {
	switch c.kind {
	case "fork":
		return "fork " + c.file
	case "complete":
		return fmt.Sprintf("complete %s %d..%d of %d", c.at.log, c.from, c.to, c.size)
	case "acknowledged":
		return fmt.Sprintf("acknowledged %s by %s", c.at, c.by)
	}
	return fmt.Sprintf("said %s", c.at)
}

func (p place) String() string { return fmt.Sprintf("%s/%d", p.log, p.seq) }

// ---- time sources and bounds (7.3)

func (b *bundle) givesTime(line signedLine, author string) bool {
	if line.key.kind != 4 {
		return false
	}
	from := line.key.source
	if from.sort == witnessKey {
		return true
	}
	return from.name != author && (from.sort == partyKey || b.charter.parties[from.name].by == "*")
}

// pick sorts and takes the (f+1)-th, if there are that many.
func (b *bundle) pick(best map[source]int64, largestFirst bool) *int64 {
	times := []int64{}
	for _, time := range best {
		times = append(times, time)
	}
	sort.Slice(times, func(i, j int) bool { return (times[i] < times[j]) != largestFirst && times[i] != times[j] })
	if int64(len(times)) <= b.charter.f {
		return nil
	}
	return &times[b.charter.f]
}

func (b *bundle) notAfter(log logID, notes []*checkpoint) *int64 {
	best := map[source]int64{}
	for _, note := range notes {
		for _, line := range b.checkNote(log, note, true).lines {
			known, there := best[line.key.source]
			if b.givesTime(line, log.party) && (!there || line.time < known) {
				best[line.key.source] = line.time
			}
		}
	}
	return b.pick(best, false)
}

// ---- what claims ask for more than once

type namedHead struct {
	log  logID
	size int64
	root hash
}

type lookup struct {
	b       *bundle
	below   map[place]*int64              // not before
	namers  map[namedHead]map[string]bool // who names this head in a proved entry
	anchors map[place]bool
}

func newLookup(b *bundle) *lookup {
	l := &lookup{b, map[place]*int64{}, map[namedHead]map[string]bool{}, map[place]bool{}}
	for _, m := range b.kinds["anchor"] {
		l.anchors[m.place()] = true
	}
	for log, seqs := range b.seqs {
		best := map[source]int64{}
		for _, seq := range seqs {
			if at := (place{log, seq}); b.proofs[at] != nil {
				l.addNames(at, best)
				l.below[at] = b.pick(best, true)
			}
		}
	}
	return l
}

// addNames takes in the heads of one entry; best holds the latest time of each source so far.
func (l *lookup) addNames(at place, best map[source]int64) {
	for _, head := range l.b.entries[at].heads {
		named := namedHead{head.log, head.size, head.root}
		if l.namers[named] == nil {
			l.namers[named] = map[string]bool{}
		}
		l.namers[named][at.log.party] = true
		if note := l.b.heads[head.note]; note != nil {
			for _, line := range l.b.checkNote(head.log, note, true).lines {
				if l.b.givesTime(line, at.log.party) && line.time > best[line.key.source] {
					best[line.key.source] = line.time
				}
			}
		}
	}
}

func (b *bundle) notesOf(at place) []*checkpoint {
	notes := []*checkpoint{}
	for _, proof := range b.proofs[at] {
		notes = append(notes, proof.note)
	}
	return notes
}

// ---- labels (7.2)

func (b *bundle) holders(log logID, note *checkpoint) int {
	found := map[string]bool{}
	for _, line := range b.checkNote(log, note, true).lines {
		if line.key.mirror && line.key.source.sort == partyKey && line.key.kind == 4 {
			found[line.key.source.name] = true
		}
	}
	if b.charter.pqRequired {
		return 0 // the second signature can't be checked here, so nobody counts
	}
	return len(found)
}

func (b *bundle) heldLabel(log logID, notes []*checkpoint) []string {
	most := 0
	for _, note := range notes {
		if k := b.holders(log, note); k > most {
			most = k
		}
	}
	if most == 0 {
		return nil
	}
	return []string{fmt.Sprintf("held(%d)", most)}
}

func (l *lookup) labels(at place) []string {
	notes := l.b.notesOf(at)
	parties := map[string]bool{}
	for _, note := range notes {
		for q := range l.namers[namedHead{at.log, note.size, note.root}] {
			parties[q] = q != at.log.party
		}
	}
	labels := append([]string{"logged"}, l.b.heldLabel(at.log, notes)...)
	for q, other := range parties {
		if other {
			labels = append(labels, "acknowledged("+q+")")
		}
	}
	sort.Strings(labels)
	return labels
}

func (l *lookup) notProved(at place, low, high *int64, covered bool) []string {
	unchecked := false
	for _, note := range l.b.notesOf(at) {
		unchecked = unchecked || l.b.checkNote(at.log, note, true).unchecked
	}
	found := map[string]bool{
		"authors-mind": true, "later-withdrawal": true, "truth-of-content": true, "completeness": !covered,
		"not-before": low == nil, "not-after": high == nil, "ml-dsa": unchecked,
		"undisclosed-fields": int64(len(l.b.shown[at])) < l.b.entries[at].fieldCount(),
		"role-signatures":    l.b.strangers[at], "anchor-token": l.anchors[at],
	}
	names := []string{}
	for name, open := range found {
		if open {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

// ---- claims

type span struct {
	log      logID
	from, to int64
}

func (l *lookup) judgeEntry(c claim, covers []span) outcome {
	b, result := l.b, outcome{claim: c.String(), verdict: verified, reason: "ok"}
	if b.proofs[c.at] == nil || (c.kind == "acknowledged" && b.proofs[c.by] == nil) {
		result.verdict, result.reason = cannotDecide, "missing"
		return result
	}
	if c.kind == "acknowledged" && !b.acknowledges(c) {
		result.verdict, result.reason = notVerified, "not-acknowledged"
		return result
	}
	covered := false
	for _, s := range covers {
		covered = covered || (s.log == c.at.log && s.from <= c.at.seq && c.at.seq < s.to)
	}
	result.notBefore, result.notAfter = l.below[c.at], b.notAfter(c.at.log, b.notesOf(c.at))
	result.labels = l.labels(c.at)
	result.notProved = l.notProved(c.at, result.notBefore, result.notAfter, covered)
	return result
}

func (b *bundle) acknowledges(c claim) bool {
	for _, head := range b.entries[c.by].heads {
		for _, note := range b.notesOf(c.at) {
			same := head.log == c.at.log && head.size == note.size && head.root == note.root
			if same && c.by.log.party != c.at.log.party {
				return true
			}
		}
	}
	return false
}

func (b *bundle) judgeComplete(c claim) outcome {
	result := outcome{claim: c.String(), verdict: verified, reason: "ok"}
	seqs, key := b.seqs[c.at.log], sizedLog{c.at.log, c.size}
	first := sort.Search(len(seqs), func(i int) bool { return seqs[i] >= c.from })
	end := sort.Search(len(seqs), func(i int) bool { return seqs[i] >= c.to })
	if !b.level[key] || int64(end-first) != c.to-c.from {
		result.verdict, result.reason = cannotDecide, "missing"
		return result
	}
	result.labels = append(b.heldLabel(c.at.log, b.sized[key]), "logged")
	result.notProved = []string{"authors-mind", "later-withdrawal", "truth-of-content"}
	return result
}

func (b *bundle) judgeFork(c claim) outcome {
	found := b.evidence[c.file]
	switch {
	case found == nil:
		return outcome{claim: c.String(), verdict: cannotDecide, reason: "missing"}
	case !b.convicts(found):
		return outcome{claim: c.String(), verdict: notVerified, reason: "no-evidence"}
	}
	return outcome{claim: c.String(), verdict: verified, reason: "ok", notProved: []string{"motive"}}
}

// judge answers one outcome per claim, in the order of the bundle.
func (b *bundle) judge() []outcome {
	look, results, covers := newLookup(b), make([]outcome, len(b.claims)), []span{}
	for i, c := range b.claims {
		if c.kind == "complete" {
			results[i] = b.doubted(b.judgeComplete(c))
			if results[i].verdict == verified {
				covers = append(covers, span{c.at.log, c.from, c.to})
			}
		}
	}
	for i, c := range b.claims {
		switch c.kind {
		case "fork":
			results[i] = b.judgeFork(c)
		case "said", "acknowledged":
			results[i] = b.doubted(look.judgeEntry(c, covers))
		}
	}
	for i := range results {
		if b.given == nil {
			results[i].verdict, results[i].reason = cannotDecide, "no-trust-root"
		}
	}
	return results
}

// doubted: where ML-DSA is required, a verifier that can't check it can't decide.
func (b *bundle) doubted(result outcome) outcome {
	if b.charter.pqRequired && result.verdict == verified {
		result.verdict, result.reason = cannotDecide, "pq-not-checked"
	}
	return result
}
