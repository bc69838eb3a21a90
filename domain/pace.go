package domain

import (
	"sync"
	"time"
)

// pace counts what each employee does in a minute, in this process. A nil pace knows no flood.
type pace struct {
	most   int
	mu     sync.Mutex
	people map[int64]*minute
}

// minute is what one person did since its beginning.
type minute struct {
	since time.Time
	deeds int
}

// maxPaced bounds memory: whoever has been quiet for a minute is forgotten when there are more.
const maxPaced = 4096

func newPace(perMinute int) *pace {
	if perMinute <= 0 {
		return nil
	}
	return &pace{most: perMinute, people: map[int64]*minute{}}
}

// floods counts one deed of a and reports whether it is beyond the pace. IT and the desk itself have none.
func (p *pace) floods(a Actor, now time.Time) bool {
	if p == nil || a.IsIT() {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.people[a.ID]
	if m == nil || now.Sub(m.since) >= time.Minute {
		p.forget(now)
		m = &minute{since: now}
		p.people[a.ID] = m
	}
	m.deeds++
	return m.deeds > p.most
}

func (p *pace) forget(now time.Time) {
	if len(p.people) < maxPaced {
		return
	}
	for id, m := range p.people {
		if now.Sub(m.since) >= time.Minute {
			delete(p.people, id)
		}
	}
}
