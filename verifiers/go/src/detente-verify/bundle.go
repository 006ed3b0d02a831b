package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"regexp"
	"sort"
	"strings"
)

const claimsMax = 10000

type claim struct {
	kind           string
	at, by         place
	from, to, size int64
	file           string
}

// bundle is everything read from one bundle; each step refuses.
type bundle struct {
	members map[string][]byte
	given   *hash // R given separately

	accord    hash
	claims    []claim
	kinds     map[string][]member
	charter   *charter
	bareIDs   map[hash][2]string
	keys      map[logID]*keySet
	seats     map[string]string // every key seen, and its seat
	offers    map[string]*party
	invited   map[[2]string]bool
	entries   map[place]*leaf
	seqs      map[logID][]int64
	broken    bool // some leaf is not in form
	hasProof  map[place]bool
	proofs    map[place][]*proofFile
	tables    map[logID]keyTable
	opened    map[noteMark]*checked
	strangers map[place]bool // leaves with role signatures by unknown keys
	heads     map[hash]*checkpoint
	shown     map[place][]field
	sized     map[sizedLog][]*checkpoint
	level     map[sizedLog]bool
	evidence  map[string]*evidence
}

type noteMark struct {
	log  logID
	note hash
}

type sizedLog struct {
	log  logID
	size int64
}

type field struct {
	label string
	value interface{}
}

func newBundle(members map[string][]byte, given *hash) *bundle {
	return &bundle{
		members: members, given: given, kinds: map[string][]member{}, bareIDs: map[hash][2]string{}, keys: map[logID]*keySet{},
		seats: map[string]string{}, offers: map[string]*party{}, entries: map[place]*leaf{}, seqs: map[logID][]int64{},
		hasProof: map[place]bool{}, proofs: map[place][]*proofFile{}, tables: map[logID]keyTable{}, opened: map[noteMark]*checked{},
		strangers: map[place]bool{}, heads: map[hash]*checkpoint{}, shown: map[place][]field{},
		sized: map[sizedLog][]*checkpoint{}, level: map[sizedLog]bool{}, evidence: map[string]*evidence{},
	}
}

// run goes through the twelve steps; it answers the reason of the first that fails, or "".
func (b *bundle) run() string {
	steps := []struct {
		step   func()
		reason string
	}{
		{b.malformed, "malformed"}, {b.otherAccord, "other-accord"}, {b.readCharter, "bad-charter"}, {b.readKeys, "bad-keys"},
		{b.policies, "policy-differs"}, {b.leaves, "bad-leaf"}, {b.readProofs, "bad-proof"}, {b.signatures, "bad-signature"},
		{b.readHeads, "bad-head"}, {b.disclosures, "bad-disclosure"}, {b.leafHashes, "bad-leaves"}, {b.evidences, "bad-evidence"},
	}
	for _, s := range steps {
		if !attempt(s.step) {
			return s.reason
		}
	}
	return ""
}

// ---- 1

func (b *bundle) malformed() {
	need(b.members["bundle.json"] != nil && b.members["charter.json"] != nil, "missing member")
	v := exact(decode(b.members["bundle.json"], bundleJSONBytes, false), "v", "kind", "accord", "claims", "files")
	need(number(v["v"]) == 1 && v["kind"] == "detente/bundle", "kind")
	b.accord = hashOf(v["accord"])
	for _, item := range anArray(v["claims"], claimsMax) {
		b.claims = append(b.claims, newClaim(anObject(item)))
	}
	b.checkFiles(anArray(v["files"], membersMax))
	for name := range b.members {
		m := classify(name)
		b.kinds[m.kind] = append(b.kinds[m.kind], m)
	}
	for _, m := range b.kinds["rules"] {
		need(b.hexHash(m) == m.text, "rules file")
	}
}

func (b *bundle) hexHash(m member) string {
	sum := sha256.Sum256(b.members[m.name])
	return hex.EncodeToString(sum[:])
}

func (b *bundle) checkFiles(files []interface{}) {
	names := []string{}
	for _, item := range files {
		v := exact(item, "name", "sha256", "size")
		name := aString(v["name"])
		data, there := b.members[name]
		need(there && name != "bundle.json", "file not there")
		need(number(v["size"]) == int64(len(data)) && hashOf(v["sha256"]) == sha256.Sum256(data), "size or hash")
		names = append(names, name)
	}
	ascending(names)
	need(len(names) == len(b.members)-1, "unlisted member")
}

var evidenceName = regexp.MustCompile("^evidence/" + numPart + `\.evidence$`)

func newClaim(v object) claim {
	c := claim{kind: oneOf(v["claim"], "said", "acknowledged", "complete", "fork")}
	switch c.kind {
	case "said":
		exact(v, "claim", "party", "epoch", "seq")
		c.at = placeOf(v)
	case "acknowledged":
		exact(v, "claim", "party", "epoch", "seq", "by")
		c.at, c.by = placeOf(v), placeOf(exact(v["by"], "party", "epoch", "seq"))
	case "complete":
		exact(v, "claim", "party", "epoch", "from", "to", "size")
		c.at.log = logID{formed(v["party"], partyForm), number(v["epoch"])}
		c.from, c.to, c.size = number(v["from"]), number(v["to"]), number(v["size"])
		need(c.from < c.to && c.to <= c.size, "range")
	case "fork":
		exact(v, "claim", "file")
		c.file = formed(v["file"], evidenceName)
		classify(c.file)
	}
	return c
}

func placeOf(v object) place {
	return place{logID{formed(v["party"], partyForm), number(v["epoch"])}, number(v["seq"])}
}

// ---- 2, 3

func (b *bundle) otherAccord() {
	need(b.given == nil || *b.given == b.accord, "accord")
	need(sha256.Sum256(b.members["charter.json"]) == b.accord, "charter hash")
}

func (b *bundle) readCharter() {
	b.charter = newCharter(b.members["charter.json"])
	for i, first := range b.charter.ids {
		for _, second := range b.charter.ids[i+1:] {
			pair := []interface{}{}
			for _, id := range []string{first, second} {
				pair = append(pair, object{"party": id, "root": b64(b.charter.parties[id].root)})
			}
			b.bareIDs[domainHash("detente/bare/v1", encode(pair))] = [2]string{first, second}
		}
	}
}

// ---- 4

func (b *bundle) readKeys() {
	b.decodeEntries()
	successors := map[logID]hash{}
	for id, p := range b.charter.parties {
		b.keys[logID{id, 0}] = p.keys
		successors[logID{id, 1}] = p.next
	}
	for _, item := range b.charter.owned() {
		b.seats[item.key] = item.seat
	}
	b.findInvitations()
	for _, m := range b.kinds["offer"] {
		b.readOffer(m)
	}
	files := b.kinds["keys"]
	sort.Slice(files, func(i, j int) bool { return files[i].log.before(files[j].log) })
	for _, m := range files {
		b.readKeySet(m, successors)
	}
	b.everyEpochHasKeys()
}

func (b *bundle) decodeEntries() {
	for _, m := range b.kinds["entry"] {
		data, at := b.members[m.name], m.place()
		if !attempt(func() { b.entries[at] = newLeaf(data) }) {
			b.broken = true
			continue
		}
		b.seqs[at.log] = append(b.seqs[at.log], at.seq)
	}
	for _, seqs := range b.seqs {
		sort.Slice(seqs, func(i, j int) bool { return seqs[i] < seqs[j] })
	}
	for _, m := range b.kinds["proof"] {
		b.hasProof[m.place()] = true
	}
}

// binds: an entry may bind keys if it is proved, no exercise, and of this type and act.
func (b *bundle) binds(at place, kind, act string) bool {
	l := b.entries[at]
	return l.kind == kind && l.pub["act"] == act && b.hasProof[at] && !l.exercise
}

func (b *bundle) findInvitations() {
	b.invited = map[[2]string]bool{}
	for at, l := range b.entries {
		id, isText := l.pub["party"].(string)
		offer, isHash := l.pub["offer"].(string)
		if b.charter.parties[at.log.party] != nil && isText && isHash && b.binds(at, "member", "invite") {
			b.invited[[2]string{id, offer}] = true
		}
	}
}

// ownKeys refuses a key that stands elsewhere, except that of the same office in another epoch.
func (b *bundle) ownKeys(all []owned) {
	keysDistinct(all)
	for _, item := range all {
		seat, there := b.seats[item.key]
		need(!there || (item.seat != "" && seat == item.seat), "a key stands twice")
		b.seats[item.key] = item.seat
	}
}

func (b *bundle) readOffer(m member) {
	id := m.log.party
	need(b.charter.parties[id] == nil, "offer of a party of the charter")
	data := b.members[m.name]
	p := readOffer(data, id)
	sum := sha256.Sum256(data)
	need(b.invited[[2]string{id, b64(sum[:])}], "no invitation")
	b.ownKeys(p.owned())
	b.offers[id] = p
	b.keys[logID{id, 0}] = p.keys
}

func (b *bundle) readKeySet(m member, successors map[logID]hash) {
	need(b.charter.parties[m.log.party] != nil && m.log.epoch > 0, "keys of an unknown party or of epoch 0")
	data := b.members[m.name]
	set := newKeySet(decode(data, charterBytes, false))
	digest := domainHash("detente/keyset/v1", data)
	announced, there := successors[m.log]
	need(there && announced == digest, "not the keys announced before")
	following := b.nextAfter(m.log, digest)
	attempt(func() { // if it is none, this epoch stands and none can come after it
		successors[logID{m.log.party, m.log.epoch + 1}] = hashOf(following)
	})
	b.ownKeys(set.owned(m.log.party))
	b.keys[m.log] = set
}

// nextAfter finds the entry that made this epoch; two that differ are none.
func (b *bundle) nextAfter(log logID, digest hash) interface{} {
	before := logID{log.party, log.epoch - 1}
	made := map[string]interface{}{}
	for _, seq := range b.seqs[before] {
		at := place{before, seq}
		if pub := b.entries[at].pub; b.binds(at, "keys", "rotate") && pub["epoch"] == log.epoch {
			made[string(encode(pub["next"]))] = pub["next"]
			need(pub["keyset"] == b64(digest[:]), "other keys were announced")
		}
	}
	need(len(made) == 1, "no entry, or two that differ, made these keys")
	for _, next := range made {
		return next
	}
	return nil
}

func (b *bundle) everyEpochHasKeys() {
	for _, kind := range []string{"entry", "proof", "disclosed"} {
		for _, m := range b.kinds[kind] {
			need(b.keys[m.log] != nil, "epoch or party without keys")
		}
	}
	for _, m := range b.kinds["head"] {
		line := strings.SplitN(string(b.members[m.name]), "\n", 2)[0]
		log, named := b.parseOrigin(line)
		known := named && (b.charter.parties[log.party] != nil || b.offers[log.party] != nil)
		need(!known || log.epoch == 0 || b.keys[log] != nil, "head of an epoch without keys")
	}
}

// ---- names (4.1)

func (b *bundle) name(sort string, log logID) string {
	return b.charter.domain + "/" + sort + "/" + hex.EncodeToString(b.accord[:16]) + "/" + log.String()
}

var logForm = regexp.MustCompile("^" + partyPart + "/" + numPart + "$")

func (b *bundle) parseOrigin(origin string) (log logID, ok bool) {
	start := b.charter.domain + "/r/" + hex.EncodeToString(b.accord[:16]) + "/"
	if !strings.HasPrefix(origin, start) {
		return log, false
	}
	groups := logForm.FindStringSubmatch(origin[len(start):])
	ok = groups != nil && attempt(func() { log = logID{groups[1], decimal(groups[2])} })
	return log, ok
}

// logOf answers a log whose keys are known.
func (b *bundle) logOf(origin string) (logID, bool) {
	log, named := b.parseOrigin(origin)
	return log, named && b.keys[log] != nil
}

// ---- 5

func (b *bundle) policies() {
	for _, m := range b.kinds["policy"] {
		need(b.charter.parties[m.log.party] != nil && b.keys[m.log] != nil, "policy of no log of the charter")
		need(string(b.members[m.name]) == b.policy(m.log), "policy differs")
	}
}

func (b *bundle) policy(log logID) string {
	lines := []string{"log " + vkey(b.name("r", log), 1, b.keys[log].logEd)}
	groups, names := []string{}, []string{}
	for _, id := range b.charter.full {
		if id == log.party {
			continue
		}
		keys, mirror := b.charter.parties[id].keys, b.name("m", logID{id, 0})
		lines = append(lines, "witness "+id+"-ed "+vkey(mirror, 4, keys.mirrorEd))
		if keys.mirrorPq != nil {
			lines = append(lines, "witness "+id+"-pq "+vkey(mirror, 6, keys.mirrorPq))
		}
		if b.charter.pqRequired {
			groups = append(groups, fmt.Sprintf("group %s all %s-ed %s-pq", id, id, id))
			names = append(names, id)
		} else {
			names = append(names, id+"-ed")
		}
	}
	lines = append(lines, groups...)
	lines = append(lines, fmt.Sprintf("group g %d %s", b.charter.k, strings.Join(names, " ")), "quorum g", "")
	return strings.Join(lines, "\n")
}

// ---- 6

func (b *bundle) leaves() {
	need(!b.broken, "leaf")
	for at, l := range b.entries {
		need(l.place() == at, "leaf at another place")
		need(b.ofThisAccord(l), "leaf of another accord")
	}
}

func (l *leaf) place() place { return place{logID{l.party, l.epoch}, l.seq} }

var fileTypes = []string{"terms", "list", "handover", "receipt"}

func (b *bundle) ofThisAccord(l *leaf) bool {
	if l.accord == b.accord {
		return l.refs != refFiles
	}
	pair, known := b.bareIDs[l.accord]
	return known && contains(pair[:], l.party) && l.refs != refRecord && contains(fileTypes, l.kind)
}

// ---- 7

func (b *bundle) readProofs() {
	for _, m := range b.kinds["proof"] {
		proof := newProofFile(b.members[m.name])
		need(proof.note.origin == b.name("r", m.log), "origin")
		need(proof.note.size == m.size && proof.index == m.seq && b.entries[m.place()] != nil, "place")
		need(proof.holds(b.leafHash(m.place())), "inclusion")
		b.proofs[m.place()] = append(b.proofs[m.place()], proof)
	}
}

func (b *bundle) leafHash(at place) hash { return leafHash(b.members[at.leafName()]) }

// ---- 8

func (b *bundle) signatures() {
	for at, proofs := range b.proofs {
		for _, proof := range proofs {
			b.checkNote(at.log, proof.note, true)
		}
	}
	for _, m := range b.kinds["head"] {
		var note *checkpoint
		if !attempt(func() { note = newCheckpoint(b.members[m.name]) }) {
			continue // step 9 has the word
		}
		if log, known := b.logOf(note.origin); known {
			b.checkNote(log, note, true)
		}
	}
	for at, l := range b.entries {
		b.strangers[at] = !b.rolesKnown(l)
	}
}

// rolesKnown is false if a role signature is by a key we can't know; it refuses if a known one fails.
func (b *bundle) rolesKnown(l *leaf) bool {
	known := true
	for _, sig := range l.sigs {
		public := b.keys[l.place().log].roles[sig.office]
		name := sig.party + "/" + sig.office
		if sig.party != l.party || public == nil || hex.EncodeToString(keyID(name, 1, public)) != sig.id {
			known = false
			continue
		}
		need(edValid(public, l.signed, sig.signature), "role signature")
	}
	return known
}

// table is the keys that may sign or cosign notes of this log.
func (b *bundle) table(log logID) keyTable {
	if b.tables[log] == nil {
		b.tables[log] = b.newTable(log)
	}
	return b.tables[log]
}

func (b *bundle) newTable(log logID) keyTable {
	table := keyTable{}
	table.add(b.name("r", log), 1, b.keys[log].logEd, b.keys[log].logPq, source{logKey, ""}, false)
	for other, keys := range b.keys {
		p := b.charter.parties[other.party]
		if p == nil || other.party == log.party {
			continue
		}
		from := source{partyKey, other.party}
		if p.standing == "observer" {
			from.sort = observerKey
			table.add(b.name("w", other), 4, keys.mirrorEd, keys.mirrorPq, from, false)
		}
		table.add(b.name("m", other), 4, keys.mirrorEd, keys.mirrorPq, from, true)
	}
	for _, w := range b.charter.witnesses {
		table.add(w.name, 4, w.ed, w.pq, source{witnessKey, w.name}, false)
	}
	return table
}

// checkNote refuses unless all known lines hold, and the log's is there if logLine.
func (b *bundle) checkNote(log logID, c *checkpoint, logLine bool) *checked {
	mark := noteMark{log, c.hash}
	if b.opened[mark] == nil {
		b.opened[mark] = b.table(log).open(c)
	}
	need(!logLine || b.opened[mark].logSigned, "no line of the log")
	return b.opened[mark]
}

// ---- 9

func (b *bundle) readHeads() {
	for _, m := range b.kinds["head"] {
		note := newCheckpoint(b.members[m.name])
		_, known := b.logOf(note.origin)
		need(known && hex.EncodeToString(note.hash[:]) == m.text, "head")
		b.heads[note.hash] = note
	}
	for _, l := range b.entries {
		for _, head := range l.heads {
			if note := b.heads[head.note]; note != nil {
				log, _ := b.logOf(note.origin)
				need(head == headRef{log, note.size, note.root, note.hash}, "head differs from its note")
			}
		}
	}
}

// ---- 10

func (b *bundle) disclosures() {
	for _, m := range b.kinds["disclosed"] {
		l := b.entries[m.place()]
		need(l != nil, "no entry")
		b.shown[m.place()] = readDisclosure(m.place(), l, b.members[m.name])
	}
	for _, m := range b.kinds["content"] {
		need(b.hexHash(m) == m.text, "content")
	}
}

func readDisclosure(at place, l *leaf, data []byte) []field {
	v := exact(decode(data, memberBytes, false), "v", "entry", "fields")
	need(number(v["v"]) == 1 && placeOf(exact(v["entry"], "party", "epoch", "seq")) == at, "place")
	fields, labels, last := []field{}, []string{}, int64(-1)
	for _, item := range anArray(v["fields"], -1) {
		triple := anArray(item, -1)
		index := checkField(l, triple)
		need(l.treeCount == 0 || index > last, "order of the tree")
		last = index
		labels = append(labels, triple[1].(string))
		fields = append(fields, field{triple[1].(string), triple[2]})
	}
	ascending(labels)
	return fields
}

// checkField recomputes one commitment; it answers the index in the tree, or 0.
func checkField(l *leaf, triple []interface{}) int64 {
	need(len(triple) == 3 || (len(triple) == 5 && l.treeCount > 0), "triple")
	salt, label, value := bytesOf(triple[0], 32), formed(triple[1], labelForm), encode(triple[2])
	need(len(value) <= 1<<20, "value too long")
	var in []byte
	in = append(in, l.accord[:]...)
	in = append(in, byte(len(l.party)))
	in = append(append(in, l.party...), salt...)
	in = append(append(in, 0, byte(len(label))), label...) // a label has at most 32 bytes
	in = append(in, 0, 0, 0, 0)
	binary.BigEndian.PutUint32(in[len(in)-4:], uint32(len(value)))
	made := domainHash("detente/field/v1", append(in, value...))
	if l.treeCount == 0 {
		committed, there := l.commits[label]
		need(there && committed == made, "commitment")
		return 0
	}
	need(len(triple) == 5, "triple of a tree")
	path := []hash{}
	for _, item := range anArray(triple[4], pathHashesMax) {
		path = append(path, hashOf(item))
	}
	index := number(triple[3])
	need(included(index, l.treeCount, leafHash(made[:]), path, l.treeRoot), "commitment")
	return index
}

// ---- 11

func (b *bundle) leafHashes() {
	for at, proofs := range b.proofs {
		for _, proof := range proofs {
			key := sizedLog{at.log, proof.note.size}
			b.sized[key] = append(b.sized[key], proof.note)
		}
	}
	for _, note := range b.heads {
		log, _ := b.logOf(note.origin)
		key := sizedLog{log, note.size}
		b.sized[key] = append(b.sized[key], note)
	}
	for _, m := range b.kinds["leaves"] {
		b.readLevel(sizedLog{m.log, m.size}, b.members[m.name])
	}
}

func (b *bundle) readLevel(key sizedLog, data []byte) {
	need(int64(len(data))%32 == 0 && int64(len(data))/32 == key.size && len(b.sized[key]) > 0, "leaves")
	level := make([]hash, key.size)
	for i := range level {
		copy(level[i][:], data[32*i:])
	}
	root := treeRoot(level)
	for _, note := range b.sized[key] {
		need(note.root == root, "root")
	}
	for _, seq := range b.seqs[key.log] {
		if seq >= key.size {
			break
		}
		need(level[seq] == b.leafHash(place{key.log, seq}), "leaf hash")
	}
	b.level[key] = true
}

// ---- 12

func (b *bundle) evidences() {
	for _, m := range b.kinds["evidence"] {
		b.evidence[m.name] = newEvidence(b.members[m.name])
	}
}
