package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
)

const mlDsaKeyBytes, mlDsaSigBytes = 1312, 2420

var (
	p25519 = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	d25519 = curveD()
	orderL = groupOrder()
	// The seven encodings of points of small order, sign bit cleared (4.3).
	smallOrder = map[string]bool{}
	admissions = map[hash]bool{}
)

func init() {
	for _, text := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	} {
		raw, _ := hex.DecodeString(text)
		smallOrder[string(raw)] = true
	}
}

// curveD is -121665/121666 mod p.
func curveD() *big.Int {
	d := new(big.Int).ModInverse(big.NewInt(121666), p25519)
	d.Mul(d, big.NewInt(-121665))
	return d.Mod(d, p25519)
}

func groupOrder() *big.Int {
	tail, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
	return tail.Add(tail, new(big.Int).Lsh(big.NewInt(1), 252))
}

func littleEndian(data []byte) *big.Int {
	turned := make([]byte, len(data))
	for i, b := range data {
		turned[len(data)-1-i] = b
	}
	return new(big.Int).SetBytes(turned)
}

// plainY is the encoding without its sign bit.
func plainY(point []byte) []byte {
	plain := append([]byte{}, point...)
	plain[31] &= 0x7F
	return plain
}

func encodingAllowed(point []byte) bool {
	plain := plainY(point)
	return !smallOrder[string(plain)] && littleEndian(plain).Cmp(p25519) < 0
}

// admitted: canonical, not of small order, and a point of the curve (4.2).
func admitted(public []byte) bool {
	key := toHash(public)
	if known, there := admissions[key]; there {
		return known
	}
	admissions[key] = encodingAllowed(public) && onCurve(public)
	return admissions[key]
}

// onCurve: x^2 = u/v has a root exactly if u*v is a square.
func onCurve(public []byte) bool {
	y := littleEndian(plainY(public))
	y.Mul(y, y).Mod(y, p25519)
	u := new(big.Int).Sub(y, big.NewInt(1))
	v := new(big.Int).Mul(y, d25519)
	v.Add(v, big.NewInt(1))
	u.Mul(u, v).Mod(u, p25519)
	return big.Jacobi(u, p25519) == 1
}

// edValid is the one verdict on Ed25519 (4.3).
func edValid(public, message, signature []byte) bool {
	if len(signature) != 64 || !encodingAllowed(public) || !encodingAllowed(signature[:32]) {
		return false
	}
	if littleEndian(signature[32:]).Cmp(orderL) >= 0 {
		return false
	}
	return ed25519.Verify(ed25519.PublicKey(public), message, signature)
}

func keyID(name string, kind byte, public []byte) []byte {
	var in bytes.Buffer
	in.WriteString(name)
	in.Write([]byte{'\n', kind})
	in.Write(public)
	sum := sha256.Sum256(in.Bytes())
	return sum[:4]
}

func vkey(name string, kind byte, public []byte) string {
	return name + "+" + hex.EncodeToString(keyID(name, kind, public)) + "+" + b64(append([]byte{kind}, public...))
}

// edKey reads a public key and demands admission.
func edKey(value interface{}) []byte {
	public := bytesOf(value, 32)
	need(admitted(public), "key not admitted")
	return public
}

// pqKey answers nil for "".
func pqKey(value interface{}) []byte {
	if text, ok := value.(string); ok && text == "" {
		return nil
	}
	return bytesOf(value, mlDsaKeyBytes)
}

// owned is a key and, if it is that of an office, its seat `party/office`.
type owned struct{ key, seat string }

type keySet struct {
	logEd, logPq, mirrorEd, mirrorPq []byte
	roles                            map[string][]byte
}

func newKeySet(value interface{}) *keySet {
	v := exact(value, "log_ed", "log_pq", "mirror_ed", "mirror_pq", "roles")
	set := &keySet{edKey(v["log_ed"]), pqKey(v["log_pq"]), edKey(v["mirror_ed"]), pqKey(v["mirror_pq"]), map[string][]byte{}}
	for office, public := range anObject(v["roles"]) {
		need(formed(office, partyForm) != "recovery", "reserved office")
		set.roles[office] = edKey(public)
	}
	return set
}

func (s *keySet) owned(party string) []owned {
	var all []owned
	for _, key := range [][]byte{s.logEd, s.logPq, s.mirrorEd, s.mirrorPq} {
		if key != nil {
			all = append(all, owned{string(key), ""})
		}
	}
	for office, key := range s.roles {
		all = append(all, owned{string(key), party + "/" + office})
	}
	return all
}

func keysDistinct(all []owned) {
	keys := []string{}
	for _, item := range all {
		keys = append(keys, item.key)
	}
	distinct(keys)
}
