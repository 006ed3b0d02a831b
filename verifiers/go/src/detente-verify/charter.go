package main

import (
	"regexp"
	"strings"
)

var (
	sorts  = strings.Fields("state csirt isac company campaign election-office provider platform other")
	roles  = strings.Fields("do ro hod te rec key ob")
	scopes = strings.Fields("existence-only metadata full-except-sealed full")
	types  = strings.Fields(`charter member officer keys draft bracket silence acceptance suspension norm reservation objection
		declaration withdrawal correction notice inquiry reply denial position undertaking claim exhibit terms list receipt
		handover comcheck verification observer contact disclosure exercise ack error verdict freeze redaction erased recovery
		anchor evidence`)
	ruleKeys = strings.Fields(`legal purpose languages adoption amend_by chair silence_procedure reservations provisional expel
		retain_prose clocks tendered_counts comcheck_when_suspended suspension_delay leave_notice invite officers matching
		limits audiences observers witnesses heartbeat skew retention_d`)
	singleClocks = strings.Fields(`holding answer_incident answer_norm final supply dormant offer offer_lapse machine tendered
		comcheck_every comcheck_human change refresh after_resume`)
	pairedClocks = strings.Fields("reply_right contact contact_other disclosure")

	domainForm   = regexp.MustCompile(`^([a-z0-9]|[a-z0-9][a-z0-9.-]{0,126}[a-z0-9])$`)
	languageForm = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)
	normForm     = regexp.MustCompile(`^[A-Za-z0-9-]{1,32}$`)
	ceilingForm  = regexp.MustCompile(`^[a-z0-9_-]{1,32}$`)
	witnessForm  = regexp.MustCompile(`^[!-*,-~]{1,255}$`)
)

type party struct {
	id, standing, by string
	root, recovery   []byte
	keys             *keySet
	next             hash
}

func newParty(value interface{}) *party {
	wanted := []string{"party", "name", "standing", "sort", "root", "keys", "next", "recovery", "offices"}
	observer := anObject(value)["standing"] == "observer"
	if observer {
		wanted = append(wanted, "observes")
	}
	v := exact(value, wanted...)
	p := &party{id: formed(v["party"], partyForm), standing: oneOf(v["standing"], "party", "observer")}
	aText(v["name"], 200)
	oneOf(v["sort"], sorts...)
	p.root, p.recovery = edKey(v["root"]), edKey(v["recovery"])
	p.keys, p.next = newKeySet(v["keys"]), hashOf(v["next"])
	checkOffices(anObject(v["offices"]), p.keys, observer)
	if observer {
		p.by = observedBy(v["observes"])
	}
	return p
}

func checkOffices(offices object, keys *keySet, observer bool) {
	need(len(offices) == len(keys.roles), "offices and keys differ")
	for office, value := range offices {
		need(keys.roles[office] != nil, "offices and keys differ")
		last := -1
		for _, role := range each(value, aString) {
			rank := indexOf(roles, role)
			need(rank > last && (role == "ob") == observer, "roles of an office")
			last = rank
		}
		need(last >= 0, "office without roles")
	}
}

func indexOf(list []string, item string) int {
	for i, candidate := range list {
		if candidate == item {
			return i
		}
	}
	return -1
}

func observedBy(value interface{}) string {
	v := exact(value, "scope", "by", "delay_d")
	oneOf(v["scope"], scopes...)
	number(v["delay_d"])
	by := aString(v["by"])
	need(by == "*" || partyForm.MatchString(by), "by")
	return by
}

func (p *party) owned() []owned {
	return append(p.keys.owned(p.id), owned{string(p.root), ""}, owned{string(p.recovery), ""})
}

type witness struct {
	name   string
	ed, pq []byte
}

type charter struct {
	domain     string
	parties    map[string]*party
	ids, full  []string // all, and those of standing `party`, ascending
	k, f       int64
	pqRequired bool
	skew       int64
	witnesses  []witness
}

func newCharter(data []byte) *charter {
	v := exact(decode(data, charterBytes, false), "v", "kind", "domain", "title", "parties", "quorum", "rules")
	need(number(v["v"]) == 1 && v["kind"] == "detente/charter", "kind")
	c := &charter{domain: formed(v["domain"], domainForm), parties: map[string]*party{}}
	aText(v["title"], 200)
	for _, item := range anArray(v["parties"], 32) {
		c.add(newParty(item))
	}
	ascending(c.ids)
	need(len(c.full) >= 2, "fewer than two parties")
	for _, p := range c.parties {
		need(p.by == "" || p.by == "*" || contains(c.full, p.by), "observes by an unknown party")
	}
	c.readQuorum(v["quorum"])
	c.readRules(exact(v["rules"], ruleKeys...))
	keysDistinct(c.owned())
	return c
}

func (c *charter) add(p *party) {
	c.parties[p.id] = p
	c.ids = append(c.ids, p.id)
	if p.standing == "party" {
		c.full = append(c.full, p.id)
	}
}

func (c *charter) owned() []owned {
	var all []owned
	for _, p := range c.parties {
		all = append(all, p.owned()...)
	}
	for _, w := range c.witnesses {
		all = append(all, owned{string(w.ed), ""})
		if w.pq != nil {
			all = append(all, owned{string(w.pq), ""})
		}
	}
	return all
}

func (c *charter) readQuorum(value interface{}) {
	v := exact(value, "k", "f", "pq")
	others := int64(len(c.full) - 1)
	c.k, c.f = anInt(v["k"], 1, others), anInt(v["f"], 0, others)
	c.pqRequired = oneOf(v["pq"], "carried", "required") == "required"
	for _, id := range c.full {
		keys := c.parties[id].keys
		need(!c.pqRequired || (keys.logPq != nil && keys.mirrorPq != nil), "pq required, key missing")
	}
}

func clock(value interface{}) int64 { return anInt(value, 60, 63072000) }

func (c *charter) readRules(v object) {
	oneOf(v["legal"], "none-stated", "politically-binding", "contract", "exercise")
	aText(v["purpose"], 4096)
	checkLanguages(v["languages"])
	oneOf(v["adoption"], "consensus", "silence")
	oneOf(v["amend_by"], "adoption", "signature")
	oneOf(v["chair"], append([]string{"rotating"}, c.full...)...)
	silence := exact(v["silence_procedure"], "min", "default")
	anInt(silence["default"], anInt(silence["min"], 3600, 63072000), 63072000)
	checkReservations(v["reservations"])
	for _, name := range []string{"provisional", "expel", "retain_prose", "tendered_counts", "comcheck_when_suspended"} {
		aBool(v[name])
	}
	checkClocks(v["clocks"])
	for _, name := range []string{"suspension_delay", "leave_notice", "invite", "heartbeat", "skew"} {
		clock(v[name])
	}
	c.skew = number(v["skew"])
	number(v["retention_d"])
	c.checkOfficers(v["officers"])
	checkMatching(v["matching"])
	limits := exact(v["limits"], "statements_d", "inquiries_open", "bytes_d")
	for _, limit := range limits {
		number(limit)
	}
	c.checkAudiences(v["audiences"])
	watch := exact(v["observers"], "accept", "max")
	oneOf(watch["accept"], "all", "own")
	number(watch["max"])
	c.readWitnesses(v["witnesses"])
}

func checkLanguages(value interface{}) {
	tags := each(value, func(item interface{}) string { return aText(formed(item, languageForm), 35) })
	need(len(tags) > 0, "no language")
	distinct(tags)
}

func checkReservations(value interface{}) {
	v := exact(value, "regime", "listed", "objection", "all_must_accept", "late")
	oneOf(v["regime"], "none", "listed", "any-compatible")
	ascending(each(v["listed"], func(item interface{}) string { return formed(item, normForm) }))
	clock(v["objection"])
	aBool(v["all_must_accept"])
	aBool(v["late"])
}

func checkClocks(value interface{}) {
	v := exact(value, append(append([]string{"ack"}, singleClocks...), pairedClocks...)...)
	clocksOf(v["ack"], 3)
	for _, name := range singleClocks {
		clock(v[name])
	}
	for _, name := range pairedClocks {
		clocksOf(v[name], 2)
	}
}

func clocksOf(value interface{}, count int) {
	items := anArray(value, count)
	need(len(items) == count, "clock array")
	for _, item := range items {
		clock(item)
	}
}

func (c *charter) checkOfficers(value interface{}) {
	v := exact(value, "one_up_to", "single", "never_single")
	oneOf(v["one_up_to"], "none", "routine", "priority")
	ascending(each(v["single"], func(item interface{}) string { return oneOf(item, c.full...) }))
	ascending(each(v["never_single"], func(item interface{}) string { return oneOf(item, types...) }))
}

func checkMatching(value interface{}) {
	counts := []string{"items_max", "runs_30d", "items_30d", "cap", "ratio"}
	v := exact(value, append(counts, "suites", "forms", "profiles", "ceilings")...)
	distinct(each(v["suites"], func(item interface{}) string { return oneOf(item, "voprf", "vole") }))
	distinct(each(v["forms"], func(item interface{}) string { return oneOf(item, "items", "both") }))
	ascending(each(v["profiles"], func(item interface{}) string { bytesOf(item, 32); return aString(item) }))
	for _, name := range counts {
		number(v[name])
	}
	for name, ceiling := range anObject(v["ceilings"]) {
		formed(name, ceilingForm)
		number(ceiling)
	}
}

func (c *charter) checkAudiences(value interface{}) {
	for name, members := range anObject(value) {
		formed(name, audienceForm)
		need(!contains([]string{"all", "to", "pair", "own"}, name), "reserved class")
		ascending(each(members, func(item interface{}) string { return oneOf(item, c.ids...) }))
	}
}

func (c *charter) readWitnesses(value interface{}) {
	names := each(value, func(item interface{}) string {
		v := exact(item, "name", "ed", "pq", "by")
		name := formed(v["name"], witnessForm)
		need(!strings.Contains(name, "/m/") && !strings.HasPrefix(name, c.domain+"/"), "witness name")
		oneOf(v["by"], c.ids...)
		c.witnesses = append(c.witnesses, witness{name, edKey(v["ed"]), pqKey(v["pq"])})
		return name
	})
	ascending(names)
}

const (
	sealingKeyBytes  = 1216
	mlKemVectorBytes = 1152
	mlKemQ           = 3329
)

// reduced: the vector of an ML-KEM-768 key is in its one encoding, 768 numbers of 12 bits, two in three bytes.
func reduced(public []byte) bool {
	for i := 0; i < mlKemVectorBytes; i += 3 {
		pair := uint32(public[i]) | uint32(public[i+1])<<8 | uint32(public[i+2])<<16
		if pair&0xfff >= mlKemQ || pair>>12 >= mlKemQ {
			return false
		}
	}
	return true
}

// readOffer answers the party of an offer whose signature by its own root holds.
func readOffer(data []byte, id string) *party {
	v := exact(decode(data, charterBytes, false), "v", "kind", "made", "party", "sealing", "transport", "sig")
	need(number(v["v"]) == 1 && v["kind"] == "detente/offer", "kind")
	number(v["made"])
	if aString(v["sealing"]) != "" {
		need(reduced(bytesOf(v["sealing"], sealingKeyBytes)), "sealing")
	}
	signature := bytesOf(v["sig"], 64)
	p := newParty(v["party"])
	if aString(v["transport"]) != "" {
		transport := string(edKey(v["transport"]))
		for _, other := range p.owned() {
			need(other.key != transport, "transport key used twice")
		}
	}
	need(p.id == id && p.standing == "party", "offer of another")
	delete(v, "sig")
	need(edValid(p.root, tagged("detente/offer/v1", encode(v)), signature), "offer signature")
	return p
}
