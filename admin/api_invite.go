package admin

import (
	"fmt"
	"strings"
	"time"

	"rsc.io/qr"

	"chamados/domain"
)

type inviteAnswer struct {
	Token     string    `json:"token"`
	Link      string    `json:"link" doc:"Vazio enquanto o nome do bot não é conhecido"`
	ExpiresAt time.Time `json:"expira_em"`
	QR        string    `json:"qr" doc:"O link como QR, em SVG; vazio sem link"`
	QRPNG     []byte    `json:"qr_png,omitempty" doc:"O mesmo em PNG, base64"`
}

// inviteUser makes a personal one-time link for an account.
func (s *Server) inviteUser(c *call, _ *none) (inviteAnswer, error) {
	id, err := c.pathID(domain.ErrUserNotFound)
	if err != nil {
		return inviteAnswer{}, err
	}
	kind := domain.InviteKind(c.r.URL.Query().Get("para"))
	switch kind {
	case "":
		kind = domain.InviteTelegram
	case domain.InviteTelegram, domain.InvitePassword:
	default:
		return inviteAnswer{}, malformed("para")
	}
	expires := s.Desk.Now().Add(domain.InviteTTL)
	token, err := s.Desk.Invite(c.r.Context(), c.actor, id, kind)
	if err != nil {
		return inviteAnswer{}, err
	}
	out := inviteAnswer{Token: token, ExpiresAt: expires}
	link := s.InviteLink
	if kind == domain.InvitePassword {
		link = s.PasswordLink
	}
	if link == nil {
		return out, nil
	}
	if out.Link = link(token); out.Link == "" {
		return out, nil
	}
	code, err := qr.Encode(out.Link, qr.M)
	if err != nil {
		return inviteAnswer{}, err
	}
	out.QR, out.QRPNG = svg(code), code.PNG()
	return out, nil
}

// svg draws a QR code with the quiet zone of four modules that readers need; the black
// modules of a row that touch are one rectangle.
func svg(code *qr.Code) string {
	const quiet = 4
	size := code.Size + 2*quiet
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges" role="img">`, size, size)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/><path fill="#000" d="`, size, size)
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			run := 0
			for code.Black(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, run, run)
				x += run
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.String()
}
