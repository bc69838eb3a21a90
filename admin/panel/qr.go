package panel

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// qrCode is a picture of a text that telephones read, as one SVG path on a square of
// Size units.
type qrCode struct {
	Size int
	Path string
}

// quiet is the white border that a reader needs, in modules.
const quiet = 4

func newQRCode(text string) (*qrCode, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, fmt.Errorf("encode QR: %w", err)
	}
	var path strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return &qrCode{Size: code.Size + 2*quiet, Path: path.String()}, nil
}
