package storage

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// sealer keeps secrets unreadable at rest: whoever has the database alone has nothing.
type sealer struct{ aead cipher.AEAD }

var errSealed = errors.New("a sealed value cannot be read: was SECRET_KEY changed?")

// newSealer derives its key from one that all processes share. Without one it draws its own, and only
// this process can read what it sealed.
func newSealer(key []byte) (sealer, error) {
	if len(key) == 0 {
		key = []byte(rand.Text())
	}
	derived, err := hkdf.Key(sha256.New, key, nil, "chamados correio", 32)
	if err != nil {
		return sealer{}, err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return sealer{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return sealer{aead}, err
}

func (s sealer) seal(plain []byte) []byte { return s.aead.Seal(nil, nil, plain, nil) }

func (s sealer) open(sealed []byte) ([]byte, error) {
	plain, err := s.aead.Open(nil, nil, sealed, nil)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", errSealed, err)
	}
	return plain, nil
}
