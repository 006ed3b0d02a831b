package main

import (
	"crypto/sha256"

	"golang.org/x/mod/sumdb/tlog"
)

// included checks an inclusion proof; the path has the leaf's sibling first.
func included(index, size int64, leaf hash, path []hash, root hash) bool {
	proof := make(tlog.RecordProof, len(path))
	for i, p := range path {
		proof[i] = tlog.Hash(p)
	}
	return tlog.CheckRecord(proof, size, tlog.Hash(root), index, tlog.Hash(leaf)) == nil
}

// bothRoots computes the roots at m and n from the same hashes, the full form F(m,n).
func bothRoots(m, n int64, hashes []hash) (atM, atN hash, ok bool) {
	fn, sn := m-1, n-1
	for fn&1 == 1 {
		fn, sn = fn>>1, sn>>1
	}
	atM, atN = hashes[0], hashes[0]
	for _, c := range hashes[1:] {
		if sn == 0 {
			return atM, atN, false
		}
		if fn&1 == 1 || fn == sn {
			atM, atN = nodeHash(c, atM), nodeHash(c, atN)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			atN = nodeHash(atN, c)
		}
		fn, sn = fn>>1, sn>>1
	}
	return atM, atN, sn == 0 && consistent(m, n, hashes, atM, atN)
}

// consistent asks tlog whether the same hashes are a consistency proof between the two roots.
func consistent(m, n int64, hashes []hash, atM, atN hash) bool {
	if m&(m-1) == 0 {
		hashes = hashes[1:] // the ordinary proof leaves out a whole subtree's root
	}
	proof := make(tlog.TreeProof, len(hashes))
	for i, h := range hashes {
		proof[i] = tlog.Hash(h)
	}
	return tlog.CheckTree(proof, n, tlog.Hash(atN), m, tlog.Hash(atM)) == nil
}

func treeRoot(level []hash) hash {
	if len(level) == 0 {
		return sha256.Sum256(nil)
	}
	for len(level) > 1 {
		next := make([]hash, 0, (len(level)+1)/2)
		for i := 0; i+1 < len(level); i += 2 {
			next = append(next, nodeHash(level[i], level[i+1]))
		}
		if len(level)%2 == 1 {
			next = append(next, level[len(level)-1])
		}
		level = next
	}
	return level[0]
}
