package config

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Setting is one setting as people see it; of a secret only whether it is set.
type Setting struct {
	Name   string
	Value  string
	Secret bool
	Set    bool
}

// Summary lists every setting by the name that it has in config.yaml; of secrets it says
// only whether they are set.
func (c Config) Summary() []Setting {
	return summarize(nil, "", reflect.ValueOf(c))
}

func summarize(out []Setting, prefix string, group reflect.Value) []Setting {
	for i := range group.NumField() {
		name, value := prefix+group.Type().Field(i).Tag.Get("mapstructure"), group.Field(i)
		if _, secret := value.Interface().(Secret); secret {
			out = append(out, Setting{Name: name, Secret: true, Set: !value.IsZero()})
			continue
		}
		if value.Kind() == reflect.Struct {
			out = summarize(out, name+".", value)
			continue
		}
		text := plainly(value)
		out = append(out, Setting{Name: name, Value: withoutPassword(text), Set: text != ""})
	}
	return out
}

// plainly writes a value as people would: lists with commas, tables as "name: value".
func plainly(value reflect.Value) string {
	var parts []string
	switch value.Kind() {
	case reflect.Slice:
		for i := range value.Len() {
			parts = append(parts, plainly(value.Index(i)))
		}
	case reflect.Map:
		for _, key := range value.MapKeys() {
			parts = append(parts, fmt.Sprint(key.Interface())+": "+plainly(value.MapIndex(key)))
		}
		slices.Sort(parts)
	case reflect.Struct:
		for i := range value.NumField() {
			parts = append(parts, value.Type().Field(i).Tag.Get("mapstructure")+" "+plainly(value.Field(i)))
		}
	default:
		if d, ok := value.Interface().(time.Duration); ok {
			return duration(d)
		}
		return fmt.Sprint(value.Interface())
	}
	return strings.Join(parts, ", ")
}

// duration leaves out the zeros that Go writes at the end: "2h", not "2h0m0s".
func duration(d time.Duration) string {
	s := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, zero) {
			s = s[:len(s)-2]
		}
	}
	return s
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
