package callback

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"chamados/domain"
)

// longest returns a value of a verb whose every field is as long as it gets.
func longest(v Verb) Data {
	full := Data{
		Ticket: math.MaxInt64, Comment: math.MaxInt64, User: math.MaxInt64, Page: math.MaxInt64,
		Status: domain.StatusInProgress, Priority: domain.PriorityUrgent,
		Nonce: strings.Repeat("n", maxWord), Word: strings.Repeat("w", maxWord), Value: strings.Repeat("v", maxValue),
	}
	d := Data{Verb: v, Copy: true}
	for _, f := range layouts[v] {
		f.set(&d, f.get(&full))
	}
	return d
}

func TestLongestValueOfEveryVerbFits(t *testing.T) {
	for v := range layouts {
		s, err := Encode(longest(v))
		if err != nil || len(s) > MaxSize {
			t.Errorf("%s: %q has %d bytes, error %v", v, s, len(s), err)
		}
		if got, err := Decode(s); err != nil || got != longest(v) {
			t.Errorf("%s: decoded %+v, error %v", v, got, err)
		}
	}
}

func TestCompact(t *testing.T) {
	got := Must(Data{Verb: SetStatus, Ticket: 123, Status: domain.StatusInProgress})
	if got != "1:s:123:em_andamento" {
		t.Errorf("got %q", got)
	}
}

func TestRoundTrip(t *testing.T) {
	verbs := make([]Verb, 0, len(layouts))
	for v := range layouts {
		verbs = append(verbs, v)
	}
	rapid.Check(t, func(t *rapid.T) {
		source := Data{
			Ticket: rapid.Int64Min(1).Draw(t, "ticket"), Comment: rapid.Int64Min(1).Draw(t, "comment"),
			User: rapid.Int64Min(0).Draw(t, "user"), Page: rapid.Int64Min(0).Draw(t, "page"),
			Status:   rapid.SampledFrom(domain.Statuses).Draw(t, "status"),
			Priority: rapid.SampledFrom(domain.Priorities).Draw(t, "priority"),
			Nonce:    rapid.StringMatching(`[a-z0-9]{1,16}`).Draw(t, "nonce"),
			Word:     rapid.StringMatching(`[a-z_]{1,16}`).Draw(t, "word"),
			Value:    rapid.StringMatching(`[a-z_0-9]{0,20}`).Draw(t, "value"),
		}
		want := Data{Verb: rapid.SampledFrom(verbs).Draw(t, "verb"), Copy: rapid.Bool().Draw(t, "copy")}
		for _, f := range layouts[want.Verb] {
			f.set(&want, f.get(&source))
		}
		s, err := Encode(want)
		if err != nil || len(s) > MaxSize {
			t.Fatalf("encode: %q, %v", s, err)
		}
		if got, err := Decode(s); err != nil || got != want {
			t.Fatalf("got %+v, %v; want %+v", got, err, want)
		}
	})
}

func TestDecodeRefuses(t *testing.T) {
	for s, want := range map[string]error{
		"": ErrUnknown, "1": ErrUnknown, "1:": ErrUnknown, "1:t": ErrUnknown, "1:t:": ErrUnknown,
		"1:t:0": ErrUnknown, "1:t:-1": ErrUnknown, "1:t:01": ErrUnknown, "1:t:+1": ErrUnknown,
		"1:t:1:2": ErrUnknown, "1:zz:1": ErrUnknown, "1:s:1:aberta": ErrUnknown, "1:p:1:": ErrUnknown,
		"1:t:99999999999999999999": ErrUnknown, "1:d:a b:send:": ErrUnknown, "take_12": ErrUnknown,
		"1:d::send:": ErrUnknown, "0:t:1": ErrUnknown, "2:t:1": ErrVersion, "17c:anything": ErrVersion,
		strings.Repeat("1", 65): ErrUnknown,
	} {
		if d, err := Decode(s); !errors.Is(err, want) {
			t.Errorf("%q: %+v, %v; want %v", s, d, err, want)
		}
	}
}

func TestEncodeRefusesWhatItCannotCarry(t *testing.T) {
	for _, d := range []Data{
		{}, {Verb: "?"}, {Verb: Take}, {Verb: SetStatus, Ticket: 1, Status: "x:y"},
		{Verb: Draft, Nonce: "n", Word: "título"}, {Verb: Draft, Nonce: "n", Word: strings.Repeat("w", 17)},
	} {
		if s, err := Encode(d); err == nil {
			t.Errorf("%+v became %q", d, s)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for v := range layouts {
		f.Add(Must(longest(v)))
	}
	f.Add("1:t:12")
	f.Add("2:t:12")
	f.Add("::::")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Decode(s)
		if err != nil {
			return
		}
		if got, err := Encode(d); err != nil || got != s {
			t.Errorf("%q decoded to %+v, which encodes to %q, %v", s, d, got, err)
		}
	})
}
