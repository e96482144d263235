// Logcheck reads a published audit log with Go's own transparency-log packages,
// golang.org/x/mod/sumdb/note and tlog, which know nothing of this project.
//
//	logcheck DIR STEP LOG-VKEY WITNESS-VKEY VKEY...
//
// DIR holds checkpoint and tile/ as C2SP tlog-tiles lays them out. Beside them it may
// hold proofs/N.tlog-proof and consistency (a line "OLD ROOT HASH..." for each smaller
// size), made by the project and checked here. Every entry is led to the root through
// its tiles; every STEP-th one has its signatures verified and a proof of inclusion
// made and checked besides. It prints what it checked, or the first thing that is
// wrong, and then exits with 1.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const width = 256

func main() {
	if len(os.Args) < 6 {
		fail("usage: logcheck DIR STEP LOG-VKEY WITNESS-VKEY VKEY...")
	}
	dir := os.Args[1]
	step, err := strconv.ParseInt(os.Args[2], 10, 64)
	must(err)
	log := verifier(os.Args[3])
	witness := cosigner(os.Args[4])
	var persons []note.Verifier
	for _, vkey := range os.Args[5:] {
		persons = append(persons, verifier(vkey))
	}
	known := note.VerifierList(persons...)

	data := read(filepath.Join(dir, "checkpoint"))
	tree, cosigned := checkpoint(data, log, witness)
	hashes := tlog.TileHashReader(tree, &files{dir})
	root, err := treeHash(tree.N, hashes)
	must(err)
	if root != tree.Hash {
		fail("root of the tiles is not the checkpoint's")
	}

	for start := int64(0); start < tree.N; start += width {
		count := tree.N - start
		if count > width {
			count = width
		}
		rest := read(filepath.Join(dir, "tile/entries", path(start/width, count)))
		var indexes []int64
		for n := start; n < start+count; n++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, n))
		}
		// The reader checks every tile on the way against the root.
		leaves, err := hashes.ReadHashes(indexes)
		must(err)
		for n := start; n < start+count; n++ {
			if len(rest) < 2 || len(rest) < 2+int(binary.BigEndian.Uint16(rest)) {
				fail("entry %d: bundle too short", n)
			}
			end := 2 + int(binary.BigEndian.Uint16(rest))
			entry := rest[2:end]
			rest = rest[end:]
			if leaves[n-start] != tlog.RecordHash(entry) {
				fail("entry %d: not what its tile says", n)
			}
			ours(dir, n, entry, log, witness)
			if n%step != 0 && n != tree.N-1 {
				continue
			}
			opened, err := note.Open(entry, known)
			if err != nil {
				fail("entry %d: %v", n, err)
			}
			if len(opened.UnverifiedSigs) > 0 {
				fail("entry %d: unknown signature", n)
			}
			proof, err := tlog.ProveRecord(tree.N, n, hashes)
			must(err)
			err = tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(entry))
			if err != nil {
				fail("entry %d: %v", n, err)
			}
		}
		if len(rest) > 0 {
			fail("bundle %d: %d bytes too many", start/width, len(rest))
		}
	}
	fmt.Printf("entries %d cosigned %d consistent %d\n",
		tree.N, cosigned, consistency(dir, tree, hashes))
}

// treeHash is tlog.TreeHash, which older versions leave undefined for no entries.
func treeHash(n int64, hashes tlog.HashReader) (tlog.Hash, error) {
	if n == 0 {
		return sha256.Sum256(nil), nil
	}
	return tlog.TreeHash(n, hashes)
}

// checkpoint opens a checkpoint: origin, size and root, signed by the log.
func checkpoint(data []byte, log, witness note.Verifier) (tlog.Tree, int) {
	opened, err := note.Open(data, note.VerifierList(log, witness))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != log.Name() || lines[3] != "" {
		fail("checkpoint of another form or log: %q", opened.Text)
	}
	if opened.Sigs[0].Name != log.Name() {
		fail("checkpoint not signed by the log first")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: root}, len(opened.Sigs) - 1
}

// ours checks the proof file that the project made for an entry, if there is one.
func ours(dir string, n int64, entry []byte, log, witness note.Verifier) {
	name := filepath.Join(dir, "proofs", fmt.Sprintf("%d.tlog-proof", n))
	data, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		return
	}
	must(err)
	head, signed, found := bytes.Cut(data, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		fail("proof %d: not a proof", n)
	}
	if lines[1] != fmt.Sprintf("index %d", n) {
		fail("proof %d: %s", n, lines[1])
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		must(err)
		proof = append(proof, hash)
	}
	tree, _ := checkpoint(signed, log, witness)
	err = tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(entry))
	if err != nil {
		fail("proof %d: %v", n, err)
	}
}

// consistency checks that every smaller tree is the beginning of this one, by Go's
// proof and by the project's, and returns how many there were.
func consistency(dir string, tree tlog.Tree, hashes tlog.HashReader) int {
	data, err := os.ReadFile(filepath.Join(dir, "consistency"))
	if os.IsNotExist(err) {
		return 0
	}
	must(err)
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	for _, line := range lines {
		words := strings.Split(line, " ")
		old, err := strconv.ParseInt(words[0], 10, 64)
		must(err)
		root, err := tlog.ParseHash(words[1])
		must(err)
		made, err := treeHash(old, hashes)
		must(err)
		if made != root {
			fail("size %d: another root", old)
		}
		if old == 0 && len(words) == 2 {
			continue // every log begins with nothing: there is nothing to prove
		}
		proof, err := tlog.ProveTree(tree.N, old, hashes)
		must(err)
		var given tlog.TreeProof
		for _, word := range words[2:] {
			hash, err := tlog.ParseHash(word)
			must(err)
			given = append(given, hash)
		}
		if fmt.Sprint(proof) != fmt.Sprint(given) {
			fail("size %d: another consistency proof", old)
		}
		if err := tlog.CheckTree(given, tree.N, tree.Hash, old, root); err != nil {
			fail("size %d: %v", old, err)
		}
	}
	return len(lines)
}

// files reads tiles of height 8. Go writes the height into the path, C2SP does not.
type files struct{ dir string }

func (f *files) Height() int { return 8 }

func (f *files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range tiles {
		level := filepath.Join(f.dir, "tile", strconv.Itoa(tile.L))
		data, err := os.ReadFile(filepath.Join(level, path(tile.N, int64(tile.W))))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func (f *files) SaveTiles([]tlog.Tile, [][]byte) {}

func path(n, count int64) string {
	name := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		name = fmt.Sprintf("x%03d/%s", n%1000, name)
	}
	if count < width {
		name += fmt.Sprintf(".p/%d", count)
	}
	return name
}

func verifier(vkey string) note.Verifier {
	made, err := note.NewVerifier(vkey)
	must(err)
	return made
}

// A cosigner's signature is over a time and the checkpoint (C2SP tlog-cosignature);
// Go's note package takes it as a Verifier of our making.
type cosignature struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func cosigner(vkey string) note.Verifier {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		fail("not a vkey: %s", vkey)
	}
	id, err := hex.DecodeString(parts[1])
	must(err)
	key, err := base64.StdEncoding.DecodeString(parts[2])
	must(err)
	if len(key) != 33 || key[0] != 4 {
		fail("not a cosigner's key: %s", vkey)
	}
	return &cosignature{parts[0], binary.BigEndian.Uint32(id), key[1:]}
}

func (c *cosignature) Name() string    { return c.name }
func (c *cosignature) KeyHash() uint32 { return c.id }

func (c *cosignature) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(sig)
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, text)
	return ed25519.Verify(c.key, []byte(message), sig[8:])
}

func read(name string) []byte {
	data, err := os.ReadFile(name)
	must(err)
	return data
}

func must(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(format string, args ...interface{}) {
	fmt.Printf(format+"\n", args...)
	os.Exit(1)
}
