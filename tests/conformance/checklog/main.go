// Command checklog checks a log with golang.org/x/mod alone: its signatures with sumdb/note, its
// hashes and proofs with sumdb/tlog. It knows nothing of Assent.
//
//	checklog DIRECTORY VKEY…        a published log and its growth: of its entries each, from a
//	                                thousand on a thousand of them and the last
//	checklog PROOF VKEY…            a receipt of C2SP tlog-proof, its entry in PROOF.leaf
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type checkpoint struct {
	size int64
	root tlog.Hash
}

type directory string

func main() {
	if len(os.Args) < 3 {
		fail(fmt.Errorf("usage: checklog DIRECTORY|PROOF VKEY…"))
	}
	path, keys := os.Args[1], os.Args[2:]
	info, err := os.Stat(path)
	fail(err)
	if info.IsDir() {
		checkLog(directory(path), keys)
	} else {
		checkProof(path, keys)
	}
}

func checkLog(log directory, keys []string) {
	signed := open(log.read("checkpoint"), keys)
	hashes := tlog.TileHashReader(tlog.Tree{N: signed.size, Hash: signed.root}, log)
	for n, entry := range log.entries(signed.size) {
		if n%int(1+signed.size/1000) != 0 && int64(n) != signed.size-1 {
			continue
		}
		proof, err := tlog.ProveRecord(signed.size, int64(n), hashes)
		fail(err)
		fail(tlog.CheckRecord(proof, signed.size, signed.root, int64(n), tlog.RecordHash(entry)))
	}
	for old := int64(1); old < signed.size; old += 1 + old/7 {
		root, err := tlog.TreeHash(old, hashes)
		fail(err)
		proof, err := tlog.ProveTree(signed.size, old, hashes)
		fail(err)
		fail(tlog.CheckTree(proof, signed.size, signed.root, old, root))
	}
	fmt.Printf("%d entries\n", signed.size)
}

func checkProof(path string, keys []string) {
	content, err := os.ReadFile(path)
	fail(err)
	leaf, err := os.ReadFile(path + ".leaf")
	fail(err)
	head, rest, _ := strings.Cut(string(content), "\n\n")
	signed := open([]byte(rest), keys)
	var index int64
	var proof tlog.RecordProof
	for i, line := range strings.Split(head, "\n") {
		switch {
		case i == 0 && line == "c2sp.org/tlog-proof@v1", strings.HasPrefix(line, "extra "):
		case strings.HasPrefix(line, "index "):
			index, err = strconv.ParseInt(line[len("index "):], 10, 64)
			fail(err)
		default:
			hash, err := tlog.ParseHash(line)
			fail(err)
			proof = append(proof, hash)
		}
	}
	fail(tlog.CheckRecord(proof, signed.size, signed.root, index, tlog.RecordHash(leaf)))
	fmt.Printf("entry %d of %d\n", index, signed.size)
}

// open opens a signed note, which every one of the keys must have signed.
func open(content []byte, keys []string) checkpoint {
	var verifiers []note.Verifier
	for _, key := range keys {
		verifier, err := note.NewVerifier(key)
		fail(err)
		verifiers = append(verifiers, verifier)
	}
	opened, err := note.Open(content, note.VerifierList(verifiers...))
	fail(err)
	if len(opened.Sigs) != len(keys) {
		fail(fmt.Errorf("%d of %d keys have signed", len(opened.Sigs), len(keys)))
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifiers[0].Name() || lines[3] != "" {
		fail(fmt.Errorf("no checkpoint: %q", opened.Text))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	fail(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	fail(err)
	return checkpoint{size: size, root: tlog.Hash(root)}
}

func (log directory) read(path string) []byte {
	content, err := os.ReadFile(filepath.Join(string(log), path))
	fail(err)
	return content
}

// entries returns the entries of all bundles: C2SP tlog-tiles.
func (log directory) entries(size int64) [][]byte {
	var all [][]byte
	for first := int64(0); first < size; first += 1 << height {
		width := int(min(size-first, 1<<height))
		bundle := log.read("tile/entries/" + number(first>>height, width))
		for len(bundle) > 0 {
			length := int(binary.BigEndian.Uint16(bundle))
			all = append(all, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
	}
	if int64(len(all)) != size {
		fail(fmt.Errorf("%d entries, %d are signed", len(all), size))
	}
	return all
}

// Height, ReadTiles and SaveTiles make a directory a tlog.TileReader. Its paths are those of C2SP
// tlog-tiles, which are not those of tlog.Tile.Path.
func (log directory) Height() int { return height }

func (log directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range tiles {
		path := fmt.Sprintf("tile/%d/%s", tile.L, number(tile.N, tile.W))
		read = append(read, log.read(path))
	}
	return read, nil
}

func (log directory) SaveTiles([]tlog.Tile, [][]byte) {}

func number(n int64, width int) string {
	text := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		text = fmt.Sprintf("x%03d/%s", n%1000, text)
	}
	if width < 1<<height {
		text += fmt.Sprintf(".p/%d", width)
	}
	return text
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
