package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"

	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// Signup lets strangers prove an address of the company and have an account.
type Signup struct {
	Rules    domain.SignupRules
	Throttle domain.Throttle
}

// stranger talks with somebody whom no account is linked to: an address is answered with a
// code by mail, the code with the account.
func (v *visit) stranger(ctx context.Context, m *chat.Message) error {
	if v.Signup == nil {
		return v.tell(ctx, "bot.start.stranger", nil)
	}
	text := strings.TrimSpace(m.Text)
	if strings.Contains(text, "@") && m.Command == "" {
		return v.askCode(ctx, text)
	}
	if code := figures(text); len(code) == 6 && m.Command == "" {
		return v.typedCode(ctx, code)
	}
	return v.tell(ctx, "bot.signup.hello", nil)
}

// figures returns a text's digits if there is nothing else but spaces and dashes.
func figures(s string) string {
	var out strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			out.WriteRune(r)
		case r != '-' && !unicode.IsSpace(r):
			return ""
		}
	}
	return out.String()
}

// askCode answers the same for every address that can be one.
func (v *visit) askCode(ctx context.Context, email string) error {
	limits := []domain.Limit{{Key: "cadastro-chat:" + strconv.FormatInt(v.from.ID, 10), Free: 5}, {Key: "cadastro:" + digest(email), Free: 5, Max: 5 * time.Minute}}
	if done, err := v.tooFast(ctx, limits); done || err != nil {
		return err
	}
	err := v.desk.RequestSignup(ctx, v.Signup.Rules, v.from.ID, email, v.own)
	if domain.CodeOf(err) == domain.CodeInvalid {
		return v.tell(ctx, "bot.signup.no_address", nil)
	}
	if err != nil {
		return err
	}
	return v.tell(ctx, "bot.signup.sent", i18n.Args{"Minutes": int(domain.CodeTTL / time.Minute)})
}

// typedCode makes the stranger somebody.
func (v *visit) typedCode(ctx context.Context, code string) error {
	asked, err := v.desk.AwaitsSignup(ctx, v.from.ID)
	if err != nil {
		return err
	}
	if !asked {
		return v.tell(ctx, "bot.signup.hello", nil)
	}
	limits := []domain.Limit{{Key: "cadastro-codigo:" + strconv.FormatInt(v.from.ID, 10), Free: 10}}
	if done, err := v.tooFast(ctx, limits); done || err != nil {
		return err
	}
	linked, err := v.desk.FinishSignup(ctx, v.Signup.Rules, code, v.profile(), v.from.Name)
	if errors.Is(err, domain.ErrSignupCode) {
		return v.tell(ctx, "bot.signup.wrong", nil)
	}
	if err != nil {
		return err
	}
	return v.nowLinked(ctx, linked)
}

// tooFast says to wait, and true, if somebody tries too often.
func (v *visit) tooFast(ctx context.Context, limits []domain.Limit) (bool, error) {
	wait, err := v.Signup.Throttle.Attempt(ctx, v.Now(), limits)
	if err != nil || wait <= 0 {
		return false, err
	}
	return true, v.tell(ctx, "bot.signup.wait", nil)
}

// digest keeps addresses out of the keys of counters.
func digest(s string) string {
	sum := sha256.Sum256([]byte(domain.NormalizeEmail(s)))
	return hex.EncodeToString(sum[:16])
}
