package domain

import (
	"fmt"
	"time"
)

// DayClock writes a minute of the day as HH:MM.
func DayClock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// ParseDayClock reads HH:MM as a minute of the day; -1 if it is none.
func ParseDayClock(s string) int {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return -1
	}
	return t.Hour()*60 + t.Minute()
}
