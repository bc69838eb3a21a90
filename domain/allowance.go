package domain

import (
	"context"
	"time"
)

// AllowanceWindow is the time of which the attachments of one person are counted together.
const AllowanceWindow = 24 * time.Hour

// WithAllowance bounds how many bytes of attachments one person, IT too, may add within [AllowanceWindow]; 0 for no
// bound.
func WithAllowance(bytes int64) Option { return func(d *Desk) { d.allowance = bytes } }

// allow returns [ErrAllowanceUsed] for files with which a would have added more than one person may. What the desk
// itself adds is not bounded.
func (d *Desk) allow(ctx context.Context, a Actor, files []NewAttachment) error {
	if d.allowance <= 0 || len(files) == 0 || a.ID == 0 {
		return nil
	}
	sum, err := d.store.Attached(ctx, a.ID, d.Now().Add(-AllowanceWindow))
	if err != nil {
		return err
	}
	for _, f := range files {
		sum += f.Size
	}
	if sum <= d.allowance {
		return nil
	}
	return &Error{Code: ErrAllowanceUsed.Code, Key: ErrAllowanceUsed.Key, Args: map[string]any{"Megabytes": d.allowance >> 20}}
}
