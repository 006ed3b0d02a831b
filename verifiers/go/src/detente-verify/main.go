// detente-verify checks one bundle of détente's record, from the specification alone.
//
// Exit status: 0 verified, 1 not verified, 2 cannot decide or unreadable, 64 usage.
// ML-DSA is not checked here; --no-ml-dsa is accepted and changes nothing.
// Readings of open points are numbered in verifiers/OPEN.md.
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/ioutil"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

type verdict struct {
	verdict string
	claims  []outcome
}

func alone(result, reason string) verdict {
	return verdict{result, []outcome{{claim: "bundle", verdict: result, reason: reason}}}
}

// verify answers the verdict, and the bundle if it was read to the end.
func verify(path string, given *hash) (verdict, *bundle) {
	members, ok, err := readBundle(path)
	if err != nil {
		return alone(cannotDecide, "unreadable"), nil
	}
	if !ok {
		return alone(notVerified, "malformed"), nil
	}
	b := newBundle(members, given)
	if reason := b.run(); reason != "" {
		return alone(notVerified, reason), nil
	}
	if len(b.claims) == 0 {
		return alone(cannotDecide, "no-claims"), b
	}
	result := verdict{verified, b.judge()}
	for _, c := range result.claims {
		if c.verdict == notVerified || (c.verdict == cannotDecide && result.verdict == verified) {
			result.verdict = c.verdict
		}
	}
	return result, b
}

// guarded: a fault of this program must not look like a verdict on the bundle.
func guarded(path string, given *hash) (result verdict, b *bundle) {
	defer func() {
		if recover() != nil {
			result, b = alone(cannotDecide, "internal"), nil
		}
	}()
	return verify(path, given)
}

// ---- output

func texts(items []string) []interface{} {
	list := []interface{}{}
	for _, item := range items {
		list = append(list, item)
	}
	return list
}

func seconds(value *int64) interface{} {
	if value == nil {
		return nil
	}
	return *value
}

func (v verdict) json() string {
	claims := []interface{}{}
	for _, c := range v.claims {
		claims = append(claims, object{
			"claim": c.claim, "verdict": c.verdict, "reason": c.reason, "labels": texts(c.labels),
			"not_before": seconds(c.notBefore), "not_after": seconds(c.notAfter), "not_proved": texts(c.notProved),
		})
	}
	return string(encode(object{"schema": "detente/verdict@v1", "verdict": v.verdict, "claims": claims}))
}

var spoken = map[string]string{verified: "verified", notVerified: "not verified", cannotDecide: "cannot decide"}

// escaped leaves only printable ASCII as it is.
func escaped(text string) string {
	var out strings.Builder
	for _, c := range text {
		if c >= ' ' && c <= '~' {
			out.WriteRune(c)
		} else {
			fmt.Fprintf(&out, "\\u{%x}", c)
		}
	}
	return out.String()
}

func moment(value *int64) string {
	switch {
	case value == nil:
		return "not proved"
	case *value > 253402300799: // the year 9999 ends
		return strconv.FormatInt(*value, 10) + " seconds since 1970"
	}
	return time.Unix(*value, 0).UTC().Format("2006-01-02T15:04:05Z")
}

func (v verdict) words(b *bundle) string {
	lines := []string{spoken[v.verdict]}
	for _, c := range v.claims {
		if c.verdict == v.verdict && v.verdict != verified {
			lines[0] += ": " + c.reason
			break
		}
	}
	for i, c := range v.claims {
		lines = append(lines, spoken[c.verdict]+": "+c.claim)
		if c.reason != "ok" {
			lines = append(lines, "  because: "+c.reason)
		}
		if b != nil && i < len(b.claims) {
			lines = append(lines, entryWords(b, b.claims[i], c)...)
		}
		if len(c.labels) > 0 {
			lines = append(lines, "  labels: "+strings.Join(c.labels, ", "))
		}
		if len(c.notProved) > 0 {
			lines = append(lines, "  not proved: "+strings.Join(c.notProved, ", "))
		}
	}
	return strings.Join(lines, "\n")
}

func entryWords(b *bundle, c claim, result outcome) []string {
	if (c.kind != "said" && c.kind != "acknowledged") || len(result.labels) == 0 {
		return nil
	}
	lines := []string{fmt.Sprintf("  %s says: %s, entry %d of epoch %d",
		c.at.log.party, b.entries[c.at].kind, c.at.seq, c.at.log.epoch)}
	for _, shown := range b.shown[c.at] {
		lines = append(lines, "  disclosed "+shown.label+": "+escaped(string(encode(shown.value))))
	}
	return append(lines, "  not before "+moment(result.notBefore)+", not after "+moment(result.notAfter))
}

// ---- command line

var hex64 = regexp.MustCompile(`^[0-9a-f]{64}$`)

type options struct {
	json                   bool
	accord, charter, batch string
	log, key               string
	paths                  []string
}

func parse(arguments []string) (o options, ok bool) {
	values := map[string]*string{"--accord": &o.accord, "--charter": &o.charter, "--batch": &o.batch, "--log": &o.log, "--key": &o.key}
	seen := map[string]bool{}
	for len(arguments) > 0 {
		word := arguments[0]
		arguments = arguments[1:]
		target, takesValue := values[word]
		switch {
		case word == "--json":
			o.json = true
		case word == "--no-ml-dsa":
		case takesValue && len(arguments) > 0 && !seen[word]:
			*target, arguments = arguments[0], arguments[1:]
			seen[word] = true
		case strings.HasPrefix(word, "-"):
			return o, false
		default:
			o.paths = append(o.paths, word)
		}
	}
	wanted := 1
	if seen["--batch"] || seen["--log"] {
		wanted = 0
	}
	both := (seen["--accord"] && seen["--charter"]) || seen["--log"] != seen["--key"]
	return o, len(o.paths) == wanted && !both && (!seen["--accord"] || hex64.MatchString(o.accord))
}

func parseAccord(text string) *hash {
	if !hex64.MatchString(text) {
		return nil
	}
	var given hash
	raw, _ := hex.DecodeString(text)
	copy(given[:], raw)
	return &given
}

func runBatch(in io.Reader) {
	scanner := bufio.NewScanner(in)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		line := scanner.Text()
		at := strings.LastIndexByte(line, ' ')
		if at < 0 {
			at = 0
		}
		result, _ := guarded(line[:at], parseAccord(strings.TrimPrefix(line[at:], " ")))
		fmt.Println(result.json())
	}
}

// trustRoot answers R as it was given, nil if it was not.
func trustRoot(o options) (*hash, error) {
	if o.charter == "" {
		return parseAccord(o.accord), nil
	}
	data, err := ioutil.ReadFile(o.charter)
	if err != nil {
		return nil, err
	}
	given := hash(sha256.Sum256(data))
	return &given, nil
}

func main() {
	o, ok := parse(os.Args[1:])
	if !ok {
		fmt.Fprintln(os.Stderr, "usage: detente-verify BUNDLE [--accord HEX64 | --charter FILE] [--json] [--no-ml-dsa]\n"+
			"       detente-verify --batch FILE\n       detente-verify --log FOLDER --key VKEY")
		os.Exit(64)
	}
	os.Exit(run(o))
}

func run(o options) int {
	if o.log != "" {
		return runLog(o)
	}
	result, b := alone(cannotDecide, "unreadable"), (*bundle)(nil)
	if o.batch != "" {
		file, err := os.Open(o.batch)
		if err == nil {
			defer file.Close()
			runBatch(file)
			return 0
		}
	} else if given, err := trustRoot(o); err == nil {
		result, b = guarded(o.paths[0], given)
	}
	if o.json {
		fmt.Println(result.json())
	} else {
		fmt.Println(result.words(b))
	}
	return map[string]int{verified: 0, notVerified: 1, cannotDecide: 2}[result.verdict]
}
