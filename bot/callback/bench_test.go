package callback

import "testing"

func BenchmarkCodec(b *testing.B) {
	var data Data
	for v := range layouts {
		if d := longest(v); data.Verb == "" || len(Must(d)) > len(Must(data)) {
			data = d
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		s, err := Encode(data)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Decode(s); err != nil {
			b.Fatal(err)
		}
	}
}
