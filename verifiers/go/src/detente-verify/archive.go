package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/ioutil"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
)

const (
	archiveBytes    = 256 << 20
	memberBytes     = 64 << 20
	membersMax      = 65536
	bundleJSONBytes = 16 << 20
)

type logID struct {
	party string
	epoch int64
}

func (l logID) before(other logID) bool {
	return l.party < other.party || (l.party == other.party && l.epoch < other.epoch)
}

func (l logID) String() string { return fmt.Sprintf("%s/%d", l.party, l.epoch) }

type place struct {
	log logID
	seq int64
}

func (p place) leafName() string { return fmt.Sprintf("entry/%s/%d.json", p.log, p.seq) }

// member is a file's name taken apart: what the table of 11.2 says about it.
type member struct {
	name, kind string
	text       string // hash, party or name
	log        logID
	seq, size  int64 // size: of the tree, for proofs and leaves
}

const (
	partyPart = `([a-z][a-z0-9-]{0,31})`
	numPart   = `(0|[1-9][0-9]{0,15})`
)

type memberForm struct {
	kind   string
	form   *regexp.Regexp
	fields string // what the groups are: t text, p party, e epoch, s seq, z size, n number
}

func form(kind, pattern, fields string) memberForm {
	return memberForm{kind, regexp.MustCompile("^" + pattern + "$"), fields}
}

var memberForms = []memberForm{
	form("plain", `(bundle\.json|README\.txt|charter\.json)`, "t"),
	form("policy", "policy/"+partyPart+"/"+numPart+`\.txt`, "pe"),
	form("entry", "entry/"+partyPart+"/"+numPart+"/"+numPart+`\.json`, "pes"),
	form("proof", "entry/"+partyPart+"/"+numPart+"/"+numPart+`\.`+numPart+`\.tlog-proof`, "pesz"),
	form("disclosed", "entry/"+partyPart+"/"+numPart+"/"+numPart+`\.disclosed\.json`, "pes"),
	form("content", "content/([0-9a-f]{64})", "t"),
	form("head", `head/([0-9a-f]{64})\.note`, "t"),
	form("leaves", "leaves/"+partyPart+"/"+numPart+"/"+numPart+`\.hashes`, "pez"),
	form("keys", "keys/"+partyPart+"/"+numPart+`\.json`, "pe"),
	form("rules", `rules/([0-9a-f]{64})\.json`, "t"),
	form("offer", "offer/"+partyPart+`\.json`, "p"),
	form("anchor", "anchor/"+partyPart+"/"+numPart+"/"+numPart+`\.(tsr|ots)`, "pest"),
	form("evidence", "evidence/"+numPart+`\.evidence`, "n"),
}

func classify(name string) member {
	need(len(name) <= 99, "name too long")
	for _, f := range memberForms {
		if groups := f.form.FindStringSubmatch(name); groups != nil {
			return memberOf(name, f, groups[1:])
		}
	}
	panic(refusal{"unknown member"})
}

func memberOf(name string, f memberForm, groups []string) member {
	m := member{name: name, kind: f.kind}
	for i, field := range f.fields {
		switch field {
		case 't':
			m.text = groups[i]
		case 'p':
			m.log.party = groups[i]
		case 'e':
			m.log.epoch = decimal(groups[i])
		case 's':
			m.seq = decimal(groups[i])
		case 'z':
			m.size = decimal(groups[i])
		case 'n':
			decimal(groups[i])
		}
	}
	return m
}

func (m member) place() place { return place{m.log, m.seq} }

// tarHeader is the only header that this name and size may have.
func tarHeader(name string, size int64) []byte {
	head := make([]byte, 512)
	put := func(at int, text string) { copy(head[at:], text) }
	put(0, name)
	put(100, "0000644")
	put(108, "0000000")
	put(116, "0000000")
	put(124, fmt.Sprintf("%011o", size))
	put(136, "00000000000")
	put(156, "0")
	put(257, "ustar\x0000")
	put(329, "0000000")
	put(337, "0000000")
	sum := 8 * int(' ')
	for _, b := range head {
		sum += int(b)
	}
	put(148, fmt.Sprintf("%07o", sum))
	return head
}

var (
	tarName = regexp.MustCompile(`^[A-Za-z0-9._/-]{1,99}$`)
	tarSize = regexp.MustCompile(`^[0-7]{11}$`)
	zeros   = make([]byte, 1024)
)

func allZero(data []byte) bool {
	for _, b := range data {
		if b != 0 {
			return false
		}
	}
	return true
}

// readTar reads the members; an archive has exactly one byte form for its members.
func readTar(data []byte) map[string][]byte {
	members, names := map[string][]byte{}, []string{}
	need(len(data)%512 == 0 && len(data) <= archiveBytes, "archive length")
	for {
		need(len(data) >= 512, "archive ends early")
		if allZero(data[:512]) {
			break
		}
		name, size := readHeader(data[:512])
		padded := (size + 511) / 512 * 512
		need(int64(len(data)) >= 512+padded && allZero(data[512+size:512+padded]), "body")
		members[name] = data[512 : 512+size]
		names = append(names, name)
		need(len(names) <= membersMax, "too many members")
		data = data[512+padded:]
	}
	need(bytes.Equal(data, zeros), "end of the archive")
	need(len(names) > 0 && names[0] == "bundle.json", "first member")
	ascending(names[1:])
	return members
}

func readHeader(block []byte) (string, int64) {
	end := bytes.IndexByte(block[:100], 0)
	need(end >= 0 && tarName.Match(block[:end]) && tarSize.Match(block[124:135]), "header")
	name := string(block[:end])
	size, _ := strconv.ParseInt(string(block[124:135]), 8, 64)
	need(size <= memberBytes && bytes.Equal(block, tarHeader(name, size)), "header")
	return name, size
}

var errUnreadable = errors.New("unreadable")

type directory struct {
	root    string
	total   int64
	members map[string][]byte
}

// readDirectory answers an error if a file can't be read; it refuses what is no member.
func readDirectory(root string) (map[string][]byte, error) {
	d := &directory{root: root, members: map[string][]byte{}}
	pending := []string{""}
	for len(pending) > 0 {
		folder := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		listed, err := ioutil.ReadDir(filepath.Join(root, folder))
		if err != nil {
			return nil, errUnreadable
		}
		for _, found := range listed {
			name := found.Name()
			if folder != "" {
				name = folder + "/" + name
			}
			need(len(name) <= 99, "name too long")
			if found.IsDir() {
				pending = append(pending, name)
			} else if err := d.read(name, found); err != nil {
				return nil, err
			}
		}
	}
	return d.members, nil
}

func (d *directory) read(name string, info os.FileInfo) error {
	need(info.Mode().IsRegular(), "neither file nor directory")
	d.total += info.Size()
	need(info.Size() <= memberBytes && d.total <= archiveBytes, "too large")
	need(len(d.members) < membersMax, "too many members")
	classify(name)
	data, err := ioutil.ReadFile(filepath.Join(d.root, name))
	if err != nil {
		return errUnreadable
	}
	d.members[name] = data
	return nil
}

// readBundle answers an error if the bundle can't be read at all; ok is false if it has not the form.
func readBundle(path string) (members map[string][]byte, ok bool, err error) {
	info, err := os.Stat(path)
	if err != nil || !(info.IsDir() || info.Mode().IsRegular()) {
		return nil, false, errUnreadable
	}
	ok = attempt(func() {
		if info.IsDir() {
			members, err = readDirectory(path)
			return
		}
		need(info.Size() <= archiveBytes, "archive too large")
		var data []byte
		if data, err = ioutil.ReadFile(path); err == nil {
			members = readTar(data)
		}
	})
	return members, ok, err
}
