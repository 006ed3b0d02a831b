package main

import (
	"bytes"
	"regexp"
	"sort"
	"strconv"
	"unicode/utf8"
)

// The strict JSON profile. Values: map[string]interface{}, []interface{}, string, int64, bool, nil.

const (
	depthMax     = 8
	charterBytes = 256 << 10
	leafBytes    = 16384
)

type object = map[string]interface{}

type reader struct {
	data []byte
	at   int
	leaf bool // printable ASCII only, no null
}

// decode reads the only encoding that a value has; leaf narrows the profile.
func decode(data []byte, limit int, leaf bool) interface{} {
	need(len(data) <= limit, "too long")
	need(utf8.Valid(data), "not UTF-8")
	r := &reader{data: data, leaf: leaf}
	value := r.value(0)
	need(r.at == len(data), "trailing bytes")
	need(bytes.Equal(encode(value), data), "not the canonical form")
	return value
}

func (r *reader) peek() byte {
	need(r.at < len(r.data), "ends early")
	return r.data[r.at]
}

func (r *reader) take(text string) {
	need(bytes.HasPrefix(r.data[r.at:], []byte(text)), "unexpected byte")
	r.at += len(text)
}

func (r *reader) value(depth int) interface{} {
	switch c := r.peek(); {
	case c == '"':
		return r.text()
	case c == '{':
		need(depth < depthMax, "too deep")
		return r.object(depth)
	case c == '[':
		need(depth < depthMax, "too deep")
		return r.array(depth)
	case c == 't':
		r.take("true")
		return true
	case c == 'f':
		r.take("false")
		return false
	case c == 'n':
		r.take("null")
		need(!r.leaf, "null in a leaf")
		return nil
	default:
		return r.integer()
	}
}

func (r *reader) integer() interface{} {
	start := r.at
	for r.at < len(r.data) && r.data[r.at] >= '0' && r.data[r.at] <= '9' {
		r.at++
	}
	return decimal(string(r.data[start:r.at]))
}

func (r *reader) object(depth int) interface{} {
	found, last := object{}, ""
	r.take("{")
	for r.peek() != '}' {
		if len(found) > 0 {
			r.take(",")
		}
		key := r.text()
		need(keyForm.MatchString(key) && key > last, "key")
		last = key
		r.take(":")
		found[key] = r.value(depth + 1)
	}
	r.take("}")
	return found
}

func (r *reader) array(depth int) interface{} {
	found := []interface{}{}
	r.take("[")
	for r.peek() != ']' {
		if len(found) > 0 {
			r.take(",")
		}
		found = append(found, r.value(depth+1))
	}
	r.take("]")
	return found
}

// text reads a string. The profile leaves four escapes: \" \\ \n \t.
func (r *reader) text() string {
	var out []byte
	r.take("\"")
	for r.peek() != '"' {
		if r.peek() == '\\' {
			r.at++
			plain, known := map[byte]byte{'"': '"', '\\': '\\', 'n': '\n', 't': '\t'}[r.peek()]
			need(known && (!r.leaf || plain > ' '), "escape")
			out = append(out, plain)
			r.at++
			continue
		}
		c, size := utf8.DecodeRune(r.data[r.at:])
		need(allowedRune(c) && (!r.leaf || c <= '~'), "character not allowed")
		out = append(out, r.data[r.at:r.at+size]...)
		r.at += size
	}
	r.take("\"")
	return string(out)
}

func allowedRune(c rune) bool {
	nonCharacter := (c >= 0xFDD0 && c <= 0xFDEF) || c&0xFFFE == 0xFFFE
	return c >= 0x20 && c != 0x7F && !nonCharacter
}

func encode(value interface{}) []byte {
	var out bytes.Buffer
	write(&out, value)
	return out.Bytes()
}

func write(out *bytes.Buffer, value interface{}) {
	switch v := value.(type) {
	case nil:
		out.WriteString("null")
	case bool:
		out.WriteString(strconv.FormatBool(v))
	case int64:
		out.WriteString(strconv.FormatInt(v, 10))
	case string:
		writeText(out, v)
	case []interface{}:
		out.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				out.WriteByte(',')
			}
			write(out, item)
		}
		out.WriteByte(']')
	case object:
		writeObject(out, v)
	}
}

func writeObject(out *bytes.Buffer, value object) {
	keys := make([]string, 0, len(value))
	for key := range value {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	out.WriteByte('{')
	for i, key := range keys {
		if i > 0 {
			out.WriteByte(',')
		}
		writeText(out, key)
		out.WriteByte(':')
		write(out, value[key])
	}
	out.WriteByte('}')
}

func writeText(out *bytes.Buffer, text string) {
	out.WriteByte('"')
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '"', '\\':
			out.WriteByte('\\')
			out.WriteByte(c)
		case '\n':
			out.WriteString(`\n`)
		case '\t':
			out.WriteString(`\t`)
		default:
			out.WriteByte(c)
		}
	}
	out.WriteByte('"')
}

// ---- typed readers; each refuses

var (
	keyForm      = regexp.MustCompile(`^[a-z0-9_-]+$`)
	partyForm    = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
	labelForm    = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)
	audienceForm = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)
)

// exact demands an object with just these keys.
func exact(value interface{}, keys ...string) object {
	found := anObject(value)
	need(len(found) == len(keys), "keys")
	for _, key := range keys {
		_, there := found[key]
		need(there, "keys")
	}
	return found
}

func anObject(value interface{}) object {
	found, ok := value.(object)
	need(ok, "object")
	return found
}

func anArray(value interface{}, limit int) []interface{} {
	found, ok := value.([]interface{})
	need(ok && (limit < 0 || len(found) <= limit), "array")
	return found
}

func anInt(value interface{}, low, high int64) int64 {
	found, ok := value.(int64)
	need(ok && found >= low && found <= high, "integer")
	return found
}

func number(value interface{}) int64 { return anInt(value, 0, intMax) }

func aBool(value interface{}) bool {
	found, ok := value.(bool)
	need(ok, "bool")
	return found
}

func aString(value interface{}) string {
	found, ok := value.(string)
	need(ok, "string")
	return found
}

func aText(value interface{}, limit int) string {
	found := aString(value)
	need(len(found) <= limit, "text too long")
	return found
}

func formed(value interface{}, form *regexp.Regexp) string {
	found := aString(value)
	// In Go `$` is the end of the text alone, so no line end slips in.
	need(form.MatchString(found), "name form")
	return found
}

func oneOf(value interface{}, allowed ...string) string {
	found := aString(value)
	need(contains(allowed, found), "not one of the words")
	return found
}

func contains(list []string, item string) bool {
	for _, candidate := range list {
		if candidate == item {
			return true
		}
	}
	return false
}

func bytesOf(value interface{}, length int) []byte { return unb64(aString(value), length) }

func hashOf(value interface{}) hash { return toHash(bytesOf(value, 32)) }

func ascending(values []string) {
	for i := 1; i < len(values); i++ {
		need(values[i-1] < values[i], "order")
	}
}

func distinct(values []string) {
	seen := map[string]bool{}
	for _, value := range values {
		need(!seen[value], "duplicate")
		seen[value] = true
	}
}

// each reads every item of an array with f.
func each(value interface{}, f func(interface{}) string) []string {
	found := []string{}
	for _, item := range anArray(value, -1) {
		found = append(found, f(item))
	}
	return found
}
