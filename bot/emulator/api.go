package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Call is one request of the bot, as recorded for assertions. Long polls that brought nothing are not
// recorded, and only the latest 20,000 calls are kept.
type Call struct {
	Method      string
	Params      map[string]string
	Files       map[string]File // uploads by parameter or attachment name
	ChatID      int64           // of the parameter chat_id, else 0
	At          time.Time
	Status      int             // HTTP status; 0 when a fault dropped or held the answer
	Description string          // of an error
	Result      json.RawMessage // of a success
}

const maxCalls = 20_000

// apiError is an answer with ok=false.
type apiError struct {
	Code        int
	Description string
	RetryAfter  int
	MigrateTo   int64
}

func (e *apiError) Error() string { return e.Description }

func badRequest(format string, args ...any) *apiError {
	return &apiError{Code: http.StatusBadRequest, Description: "Bad Request: " + fmt.Sprintf(format, args...)}
}

func forbidden(format string, args ...any) *apiError {
	return &apiError{Code: http.StatusForbidden, Description: "Forbidden: " + fmt.Sprintf(format, args...)}
}

type method func(*Server, params) (any, error)

// methods maps lower-case names to what runs under the lock. getUpdates is apart, as it waits.
var methods = map[string]method{
	"getme":                           func(s *Server, _ params) (any, error) { return s.me(), nil },
	"setwebhook":                      (*Server).setWebhook,
	"deletewebhook":                   (*Server).deleteWebhook,
	"getwebhookinfo":                  (*Server).getWebhookInfo,
	"sendmessage":                     (*Server).sendMessage,
	"sendphoto":                       sendMedia("photo"),
	"senddocument":                    sendMedia("document"),
	"sendvideo":                       sendMedia("video"),
	"sendvoice":                       sendMedia("voice"),
	"sendaudio":                       sendMedia("audio"),
	"sendmediagroup":                  (*Server).sendMediaGroup,
	"sendchataction":                  (*Server).sendChatAction,
	"editmessagetext":                 (*Server).editMessageText,
	"editmessagecaption":              (*Server).editMessageCaption,
	"editmessagereplymarkup":          (*Server).editMessageReplyMarkup,
	"deletemessage":                   (*Server).deleteMessage,
	"answercallbackquery":             (*Server).answerCallbackQuery,
	"setmessagereaction":              (*Server).setMessageReaction,
	"pinchatmessage":                  (*Server).pinChatMessage,
	"unpinchatmessage":                (*Server).unpinChatMessage,
	"getfile":                         (*Server).getFile,
	"getchat":                         (*Server).getChat,
	"getchatmember":                   (*Server).getChatMember,
	"getchatmembercount":              (*Server).getChatMemberCount,
	"getchatadministrators":           (*Server).getChatAdministrators,
	"leavechat":                       (*Server).leaveChat,
	"createforumtopic":                (*Server).createForumTopic,
	"editforumtopic":                  (*Server).editForumTopic,
	"closeforumtopic":                 (*Server).closeForumTopic,
	"reopenforumtopic":                (*Server).closeForumTopic,
	"deleteforumtopic":                (*Server).deleteForumTopic,
	"setmycommands":                   (*Server).setMyCommands,
	"getmycommands":                   (*Server).getMyCommands,
	"deletemycommands":                (*Server).deleteMyCommands,
	"setmydescription":                setText("description", 512),
	"getmydescription":                getText("description"),
	"setmyshortdescription":           setText("short_description", 120),
	"getmyshortdescription":           getText("short_description"),
	"setmyname":                       setText("name", 64),
	"getmyname":                       getText("name"),
	"setchatmenubutton":               accept,
	"getchatmenubutton":               func(*Server, params) (any, error) { return map[string]string{"type": "commands"}, nil },
	"setmydefaultadministratorrights": accept,
	"logout":                          accept,
	"close":                           accept,
}

func accept(*Server, params) (any, error) { return true, nil }

func (s *Server) me() map[string]any {
	return map[string]any{
		"id": s.bot.ID, "is_bot": true, "first_name": s.bot.FirstName, "username": s.bot.Username,
		"can_join_groups": true, "can_read_all_group_messages": !s.opt.Privacy, "supports_inline_queries": false,
		"can_connect_to_business": false, "has_main_web_app": false,
	}
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	if path, ok := strings.CutPrefix(r.URL.Path, "/file/bot"); ok {
		s.serveDownload(w, r, path)
		return
	}
	path, ok := strings.CutPrefix(r.URL.Path, "/bot")
	token, name, found := strings.Cut(path, "/")
	switch {
	case !ok || !found:
		reply(w, nil, &apiError{Code: http.StatusNotFound, Description: "Not Found"})
		return
	case token != s.opt.Token:
		reply(w, nil, &apiError{Code: http.StatusUnauthorized, Description: "Unauthorized"})
		return
	}
	p, err := parseParams(r)
	if err != nil {
		reply(w, nil, badRequest("can't read the request: %v", err))
		return
	}
	s.answer(w, r, name, p)
}

// answer runs one call with the faults that are due for it, and records it.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, name string, p params) {
	c := Call{Method: name, Params: maps.Clone(p.values), Files: p.files, At: s.now()}
	c.ChatID, _ = strconv.ParseInt(p.get("chat_id"), 10, 64)
	s.mu.Lock()
	fault := s.takeFault(name, c.ChatID)
	s.mu.Unlock()
	if fault.refuses() {
		c.Status, c.Description = fault.Status(), string(fault.Kind)
		s.record(c)
		fault.respond(s, w, r)
		return
	}
	result, err := s.execute(r, name, p)
	if fault != nil {
		c.Description = string(fault.Kind)
		s.record(c)
		fault.respond(s, w, r)
		return
	}
	c.Status, c.Result = http.StatusOK, nil
	if err != nil {
		c.Status, c.Description = err.Code, err.Description
	} else {
		c.Result, _ = json.Marshal(result)
	}
	if !strings.EqualFold(name, "getUpdates") || string(c.Result) != "[]" {
		s.record(c)
	}
	reply(w, c.Result, err)
}

func (s *Server) execute(r *http.Request, name string, p params) (any, *apiError) {
	for _, v := range p.values {
		if !utf8.ValidString(v) {
			return nil, badRequest("strings must be encoded in UTF-8")
		}
	}
	var result any
	var err error
	if strings.EqualFold(name, "getUpdates") {
		result, err = s.getUpdates(r.Context(), p)
	} else {
		result, err = s.locked(name, p)
	}
	if failure, ok := errors.AsType[*apiError](err); ok {
		return nil, failure
	}
	if err != nil {
		s.opt.Log.Error("emulator: method failed", "method", name, "error", err)
		return nil, &apiError{Code: http.StatusInternalServerError, Description: "Internal Server Error"}
	}
	return result, nil
}

func (s *Server) locked(name string, p params) (any, error) {
	run := methods[strings.ToLower(name)]
	if run == nil {
		return nil, &apiError{Code: http.StatusNotFound, Description: "Not Found"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.limit(name, p.get("chat_id")); err != nil {
		return nil, err
	}
	return run(s, p)
}

func (s *Server) record(c Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.calls) >= maxCalls {
		s.calls = s.calls[maxCalls/4:]
	}
	s.calls = append(s.calls, c)
	s.wake()
}

func reply(w http.ResponseWriter, result json.RawMessage, err *apiError) {
	w.Header().Set("Content-Type", "application/json")
	if err == nil {
		_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "result": result})
		return
	}
	body := map[string]any{"ok": false, "error_code": err.Code, "description": err.Description}
	switch {
	case err.RetryAfter > 0:
		w.Header().Set("Retry-After", strconv.Itoa(err.RetryAfter))
		body["parameters"] = map[string]any{"retry_after": err.RetryAfter}
	case err.MigrateTo != 0:
		body["parameters"] = map[string]any{"migrate_to_chat_id": err.MigrateTo}
	}
	w.WriteHeader(err.Code)
	_ = json.NewEncoder(w).Encode(body)
}
