//go:build !linux

package main

import (
	"encoding/binary"
	"io"
	"sync"
	"time"
)

// ears hear for all listeners, each on a goroutine.
type ears struct {
	all   []*listener
	group sync.WaitGroup
}

func listenWith(all []*listener, hear func(listener int, message []byte, at time.Time)) (*ears, error) {
	e := &ears{all: all}
	for i, l := range all {
		e.group.Go(func() {
			var space []byte
			for {
				message, err := l.next(space)
				if err != nil {
					return
				}
				space = message
				hear(i, message, time.Now())
			}
		})
	}
	return e, nil
}

func (e *ears) close() {
	for _, l := range e.all {
		_ = l.net.Close()
	}
	e.group.Wait()
}

// next returns the next message; it must be consumed before the one after it.
func (l *listener) next(into []byte) ([]byte, error) {
	for {
		var head [2]byte
		if _, err := io.ReadFull(l.r, head[:]); err != nil {
			return nil, err
		}
		length := int(head[1] & 0x7f)
		if length == 126 {
			var long [2]byte
			if _, err := io.ReadFull(l.r, long[:]); err != nil {
				return nil, err
			}
			length = int(binary.BigEndian.Uint16(long[:]))
		}
		if cap(into) < length {
			into = make([]byte, length)
		}
		into = into[:length]
		if _, err := io.ReadFull(l.r, into); err != nil {
			return nil, err
		}
		if head[0]&0x0f == 1 {
			return into, nil
		}
	}
}
