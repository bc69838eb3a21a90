package main

import (
	"fmt"
	"net/url"
	"reflect"

	"chamados/admin/panel"
)

// Summary lists every setting by the name that it has in config.yaml; of secrets it says
// only whether they are set.
func (c Config) Summary() []panel.Setting {
	return summarize(nil, "", reflect.ValueOf(c))
}

func summarize(out []panel.Setting, prefix string, group reflect.Value) []panel.Setting {
	for i := range group.NumField() {
		name, value := prefix+group.Type().Field(i).Tag.Get("mapstructure"), group.Field(i)
		if _, secret := value.Interface().(Secret); secret {
			out = append(out, panel.Setting{Name: name, Secret: true, Set: !value.IsZero()})
			continue
		}
		if value.Kind() == reflect.Struct {
			out = summarize(out, name+".", value)
			continue
		}
		out = append(out, panel.Setting{Name: name, Value: withoutPassword(fmt.Sprint(value.Interface())), Set: !value.IsZero()})
	}
	return out
}

// withoutPassword hides what an address carries before its host.
func withoutPassword(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.User == nil {
		return s
	}
	u.User = url.User("…")
	return u.String()
}
