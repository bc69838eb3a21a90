package storage

import "time"

// PoolState is how the connections of a [DB] are used.
type PoolState struct {
	Total, Idle, Used, Max int
	Waits                  int64         // times that a connection had to be waited for
	Waited                 time.Duration // for how long altogether
}

// Pool returns the state of the connections.
func (db *DB) Pool() PoolState {
	s := db.pool.Stat()
	return PoolState{
		Total: int(s.TotalConns()), Idle: int(s.IdleConns()), Used: int(s.AcquiredConns()), Max: int(s.MaxConns()),
		Waits: s.EmptyAcquireCount(), Waited: s.EmptyAcquireWaitTime(),
	}
}
