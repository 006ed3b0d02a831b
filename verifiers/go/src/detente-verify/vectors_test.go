package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// The vectors of appendix A of the record's specification, whole and with every byte changed.

const (
	originA = "accord.example/r/bba2d36669004a3ef16764b0dfe370df/a/0"
	mirrorB = "accord.example/m/bba2d36669004a3ef16764b0dfe370df/b/0"
	noteA   = originA + "\n2\nPgEuoam8LaVuI8JBsGkYvdFrx1cw0yjAOo37zVWnIDg=\n\n" +
		"\u2014 " + originA + " fyRcH1J6uxWdDGgRlG0X5m1xXmGH/pNuHEg2FJszM7hqJvBzLU4aANdmiwod2ytKTIinYSuyvas0ZRltpNOvTwnfywc=\n" +
		"\u2014 " + mirrorB + " IFQhyQAAAABqsTuAywE2EBR+lTb8Yp3PEZ8cQj1NQ9Snc2XvRJG6obUChl+6LROLavMbyXMarGB3bmsluoI9QHd2dAjOb0aRopoFDw==\n"
	proofA = "c2sp.org/tlog-proof@v1\nindex 1\nEXKEW0Xi60Bwf0FUf1zeyadDeBQS7vtUHUbaqfVA4UI=\n\n" + noteA
	leafA1 = `{"entry":{"epoch":0,"heads":[{"epoch":0,"note":"WxA504DlQs9ygxggvC8gwzw58ePQUoe3gEm019TI5Ps=","party":"b",` +
		`"root":"YZ80a91Ci4a5mPoEHqgDYqORdHOy60xpG9dUOCzTbL0=","size":1}],"seq":1,"time":1789999900000},` +
		`"sigs":[{"key":"a/desk+3eb83296","sig":"ZfSXgQcfz2TZP9xcNu/URxG/9QgRv0yshumvUPqJxDd6ZJkFv5jLuZzf/AjksELfSjScpzUkYuiUu60BUyGtBw=="}],` +
		`"statement":{"accord":"u6LTZmkASj7xZ2Sw3+Nw38DCImOXbf09iWNws/o5vg0=","aud":"all",` +
		`"commits":{"text":"KAHVOghdYlRjVYuAO1caK7ftqeMTAaTQH90Uhf/e708="},"exercise":false,"made":1789999880000,` +
		`"nonce":"AAECAwQFBgcICQoLDA0ODw==","party":"a","pub":{"clock":86400,"to":"b"},"refs":[],"sealed":[],"type":"inquiry","v":1}}`
)

func seededKey(seed byte) []byte {
	raw := make([]byte, 32)
	for i := range raw {
		raw[i] = seed
	}
	return ed25519.NewKeyFromSeed(raw).Public().(ed25519.PublicKey)
}

// accepted: the proof file shows the leaf at index 1 of a's log, signed by a and cosigned by b.
func accepted(proofBytes, leafBytes []byte) (good bool) {
	table := keyTable{}
	table.add(originA, 1, seededKey(1), nil, source{logKey, ""}, false)
	table.add(mirrorB, 4, seededKey(2), nil, source{partyKey, "b"}, true)
	attempt(func() {
		proof, l := newProofFile(proofBytes), newLeaf(leafBytes)
		opened := table.open(proof.note)
		good = opened.logSigned && len(opened.lines) == 2 && proof.note.origin == originA && proof.index == 1 && l.seq == 1 &&
			proof.holds(leafHash(leafBytes)) && len(l.sigs) == 1 && edValid(seededKey(5), l.signed, l.sigs[0].signature)
	})
	return good
}

func TestVectors(t *testing.T) {
	sum := sha256.Sum256([]byte(proofA))
	if hex.EncodeToString(sum[:]) != "4d5d2f0b08182743b1e905a39ff5296024f7ef32d3a6af52d9110a505746cb9f" {
		t.Error("hash of the proof file")
	}
	if vkey("a/desk", 1, seededKey(5)) != "a/desk+3eb83296+AW56HN0psLeP0Tr0xVmP7/TvKpcWbjym8uT7/M2AUFvx" {
		t.Error("key of an office")
	}
	if !accepted([]byte(proofA), []byte(leafA1)) {
		t.Error("vector refused")
	}
	triple := []interface{}{"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "text", "Is this yours?"}
	if !attempt(func() { checkField(newLeaf([]byte(leafA1)), triple) }) {
		t.Error("commitment")
	}
}

func TestEveryByte(t *testing.T) {
	for at := 0; at < len(proofA); at++ {
		changed := []byte(proofA)
		changed[at] ^= 1
		if accepted(changed, []byte(leafA1)) || accepted([]byte(proofA[:at]), []byte(leafA1)) {
			t.Error("proof accepted, byte", at)
		}
	}
	for at := 0; at < len(leafA1); at++ {
		changed := []byte(leafA1)
		changed[at] ^= 1
		if accepted([]byte(proofA), changed) {
			t.Error("leaf accepted, byte", at)
		}
	}
}
