package main

import (
	"regexp"
	"strings"
)

var sigKeyForm = regexp.MustCompile(`^([a-z][a-z0-9-]{0,31})/([a-z][a-z0-9-]{0,31})\+([0-9a-f]{8})$`)

type roleSig struct {
	party, office, id string
	signature         []byte
}

type headRef struct {
	log        logID
	size       int64
	root, note hash
}

type refForm int

const (
	refNone refForm = iota
	refRecord
	refFiles
)

// leaf is one entry's bytes in the only form there is.
type leaf struct {
	party, kind string
	epoch, seq  int64
	accord      hash
	heads       []headRef
	refs        refForm
	commits     map[string]hash
	treeCount   int64 // 0: no tree
	treeRoot    hash
	pub         object
	exercise    bool
	sigs        []roleSig
	signed      []byte
}

func newLeaf(data []byte) *leaf {
	v := exact(decode(data, leafBytes, true), "entry", "sigs", "statement")
	l := &leaf{commits: map[string]hash{}}
	l.readStatement(anObject(v["statement"]))
	l.readEntry(v["entry"])
	keys := []string{}
	for _, item := range anArray(v["sigs"], 4) {
		sig := exact(item, "key", "sig")
		keys = append(keys, formed(sig["key"], sigKeyForm))
		parts := sigKeyForm.FindStringSubmatch(keys[len(keys)-1])
		l.sigs = append(l.sigs, roleSig{parts[1], parts[2], parts[3], bytesOf(sig["sig"], 64)})
	}
	ascending(keys)
	l.signed = tagged("detente/statement/v1", encode(v["statement"]))
	return l
}

func (l *leaf) readEntry(value interface{}) {
	v := exact(value, "epoch", "heads", "seq", "time")
	l.epoch, l.seq = number(v["epoch"]), number(v["seq"])
	number(v["time"])
	for _, item := range anArray(v["heads"], 32) {
		head := newHead(item)
		if len(l.heads) > 0 {
			need(l.heads[len(l.heads)-1].log.before(head.log), "heads order")
		}
		// Own party: only the final head of the epoch before, named by entry 1 (14).
		need(head.log.party != l.party || (l.seq == 1 && head.log.epoch == l.epoch-1), "own head")
		l.heads = append(l.heads, head)
	}
}

func newHead(value interface{}) headRef {
	v := exact(value, "party", "epoch", "size", "root", "note")
	log := logID{formed(v["party"], partyForm), number(v["epoch"])}
	return headRef{log, anInt(v["size"], 1, intMax), hashOf(v["root"]), hashOf(v["note"])}
}

func (l *leaf) readStatement(value object) {
	keys := strings.Fields("accord aud commits exercise made nonce party pub refs sealed type v")
	tree, hasTree := value["tree"]
	if hasTree {
		keys = append(keys, "tree")
	}
	v := exact(value, keys...)
	need(number(v["v"]) == 1, "version")
	l.accord, l.party, l.kind = hashOf(v["accord"]), formed(v["party"], partyForm), formed(v["type"], labelForm)
	number(v["made"])
	bytesOf(v["nonce"], 16)
	formed(v["aud"], audienceForm)
	l.exercise = aBool(v["exercise"])
	l.readRefs(anArray(v["refs"], 32))
	l.readCommits(anObject(v["commits"]))
	if hasTree {
		l.readTree(tree)
	}
	l.pub = anObject(v["pub"])
	need(len(encode(l.pub)) <= 2048, "pub too long")
	for _, item := range anArray(v["sealed"], 8) {
		sealed := exact(item, "sha256", "size")
		bytesOf(sealed["sha256"], 32)
		size := number(sealed["size"])
		need(size >= 1024 && size <= 1<<20 && size&(size-1) == 0, "size class")
	}
}

func (l *leaf) readRefs(items []interface{}) {
	seen := []string{}
	for _, item := range items {
		form := readRef(anObject(item))
		need(l.refs == refNone || l.refs == form, "references of both forms")
		l.refs = form
		seen = append(seen, string(encode(item)))
	}
	distinct(seen)
}

func readRef(value object) refForm {
	form := refRecord
	if _, there := value["sid"]; there {
		form = refFiles
		v := exact(value, "party", "rel", "sid")
		oneOf(v["rel"], "to", "cites")
		bytesOf(v["sid"], 32)
	} else {
		v := exact(value, "party", "epoch", "seq", "leaf", "rel")
		oneOf(v["rel"], "to", "cites", "replaces", "withdraws", "acks")
		number(v["epoch"])
		number(v["seq"])
		bytesOf(v["leaf"], 32)
	}
	formed(value["party"], partyForm)
	return form
}

func (l *leaf) readCommits(value object) {
	need(len(value) <= 32, "commits")
	for label, commitment := range value {
		l.commits[formed(label, labelForm)] = hashOf(commitment)
	}
}

func (l *leaf) readTree(value interface{}) {
	v := exact(value, "count", "root")
	l.treeCount, l.treeRoot = anInt(v["count"], 33, intMax), hashOf(v["root"])
	need(len(l.commits) == 0, "commits beside a tree")
}

// fieldCount is the number of fields that the leaf commits to.
func (l *leaf) fieldCount() int64 {
	if l.treeCount > 0 {
		return l.treeCount
	}
	return int64(len(l.commits))
}
