package main

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
)

// task is one turn of a page's main thread, in milliseconds: on the clock, and of the processor. On a machine that
// others use, only the second says what the page itself did.
type task struct{ clock, cpu float64 }

// traced returns the tasks that the page's main thread ran while something was done.
func traced(ctx context.Context, do func(ctx context.Context) error) ([]task, error) {
	var t trace
	ended := make(chan struct{})
	err := chromedp.Listen(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *tracing.EventDataCollected:
			for _, raw := range ev.Value {
				t.add(raw)
			}
		case *tracing.EventTracingComplete:
			close(ended)
		}
	})
	if err != nil {
		return nil, err
	}
	_, err = chromedp.Call(ctx, tracing.Start, tracing.StartParams{
		TransferMode: tracing.StartTransferModeReportEvents,
		TraceConfig:  &tracing.TraceConfig{IncludedCategories: []string{"disabled-by-default-devtools.timeline", "__metadata"}, ExcludedCategories: []string{"*"}},
	})
	if err != nil {
		return nil, err
	}
	doing := do(ctx)
	if _, err := chromedp.Call(ctx, tracing.End, struct{}{}); err != nil {
		return nil, errors.Join(doing, err)
	}
	select {
	case <-ended:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return t.tasks(), doing
}

// trace gathers what Chromium tells of its threads.
type trace struct {
	mu      sync.Mutex
	events  []traceEvent
	renders map[thread]bool // main threads of pages
}

type thread struct{ process, thread int }

type traceEvent struct {
	Name    string  `json:"name"`
	Process int     `json:"pid"`
	Thread  int     `json:"tid"`
	Clock   float64 `json:"dur"` // microseconds
	CPU     float64 `json:"tdur"`
	Args    struct {
		Name string `json:"name"`
	} `json:"args"`
}

func (t *trace) add(raw []byte) {
	var e traceEvent
	if json.Unmarshal(raw, &e) != nil {
		return // of another shape: none that is looked for
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case e.Name == "thread_name" && e.Args.Name == "CrRendererMain":
		if t.renders == nil {
			t.renders = map[thread]bool{}
		}
		t.renders[thread{e.Process, e.Thread}] = true
	case e.Name == "RunTask":
		t.events = append(t.events, e)
	}
}

func (t *trace) tasks() []task {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []task
	for _, e := range t.events {
		if t.renders[thread{e.Process, e.Thread}] {
			out = append(out, task{e.Clock / 1000, e.CPU / 1000})
		}
	}
	return out
}
