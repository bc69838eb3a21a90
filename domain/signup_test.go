package domain

import "testing"

func TestWhichAddressesMaySignUp(t *testing.T) {
	r := SignupRules{Domains: []string{"Exemplo.com.br", "*.filial.com"}}
	for email, want := range map[string]bool{
		"ana@exemplo.com.br": true, "ana@EXEMPLO.com.br": true, "ana@rh.exemplo.com.br": false, "ana@mau-exemplo.com.br": false,
		"ana@sul.filial.com": true, "ana@rh.sul.FILIAL.com": true, "ana@filial.com": false, "ana@mafilial.com": false,
		"ana@exemplo.com.br.evil.com": false, "ana": false, "": false,
	} {
		if r.allows(email) != want {
			t.Errorf("%q: %v", email, !want)
		}
	}
}
