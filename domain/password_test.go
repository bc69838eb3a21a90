package domain

import (
	"strings"
	"testing"
)

func TestCommonPasswordsAreRefused(t *testing.T) {
	for _, s := range []string{
		"12345678", "123456789", "1234567890", "87654321", "11111111", "00000000", "12121212", "12341234", "abcabcabc", "password", "Password1",
		"password123", "P@ssw0rd", "passw0rd!", "Senha123", "senha@123", "senha2024", "S3nh4123", "mudar123", "Mudar@123", "admin123", "Admin@2025",
		"qwertyui", "qwerty123", "1q2w3e4r", "1qaz2wsx", "q1w2e3r4", "zxcvbnm1", "asdfghjkl", "qwer1234", "1234qwer", "abcd1234", "abc12345",
		"iloveyou", "flamengo", "flamengo10", "Corinthians1910", "brasil123", "jesuscristo", "deusefiel", "teamo123", "01011990", "31/12/1985",
		"1990-05-23", "gabriel123", "mariana1", "senhasenha", "sunshine!", "welcome1", "trustno1", "letmein123", "superman", "2468abcd1234"[4:], "Janeiro2026",
	} {
		if !commonPassword(s) {
			t.Errorf("%q is taken", s)
		}
	}
	for _, s := range []string{
		"uma senha boa", "outra senha boa", "correct horse battery", "Tr3s-gatos-pretos", "xk7#mPq2vL", "segunda-feira chuvosa", "cavalo verde 81", "h7e2kqz9w4", "98431276",
		"maria comprou pão", "flamengo perdeu de novo",
	} {
		if commonPassword(s) {
			t.Errorf("%q is refused", s)
		}
	}
}

func TestCommonWordsAreWritable(t *testing.T) {
	for word := range common {
		if word != strings.ToLower(word) || unmask.Replace(word) != word {
			t.Errorf("%q can never match", word)
		}
	}
}

func FuzzCommonPassword(f *testing.F) {
	f.Add("senha123")
	f.Fuzz(func(_ *testing.T, s string) {
		if len(s) <= MaxPasswordSize {
			commonPassword(s)
		}
	})
}

// Nobody takes a password that is on the lists of stolen ones, however little it looks like a common word.
func TestBreachedPasswordsAreRefused(t *testing.T) {
	for s, breached := range map[string]bool{
		"voxstrange": true, "VoxStrange": true, "baseball": true, "ka12rm12": true,
		"voxstrang": false, "oxstrange": false, "uma senha boa": false, "baseball\nvoxstrange": false, "": false,
	} {
		if breachedPassword(s) != breached {
			t.Errorf("%q: %v", s, !breached)
		}
	}
	n := NewUser{Name: "Ana", Email: "ana@exemplo.com.br", Role: RoleEmployee, Password: "VoxStrange"}
	if err := n.Validate(); err == nil {
		t.Error("an account is made with it")
	}
	if lines := strings.Count(breachedPasswords, "\n"); lines < 10_000 {
		t.Errorf("only %d passwords are known", lines)
	}
}
