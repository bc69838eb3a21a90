package telegram

import (
	"encoding/json"

	"github.com/go-telegram/bot/models"
)

// The structs of this file are the parts of Telegram's objects that the bot reads. They are
// narrower than the library's own on purpose: a kind of gift or background that the library
// does not know yet must not make a message unreadable. What they hold is the library's.

type update struct {
	ID       int64       `json:"update_id"`
	Message  *message    `json:"message"`
	Edited   *message    `json:"edited_message"`
	Callback *callback   `json:"callback_query"`
	Member   *membership `json:"my_chat_member"`
}

type message struct {
	ID              int                    `json:"message_id"`
	Thread          int                    `json:"message_thread_id"`
	From            *models.User           `json:"from"`
	SenderChat      *models.Chat           `json:"sender_chat"`
	Date            int                    `json:"date"`
	Chat            models.Chat            `json:"chat"`
	ForwardOrigin   json.RawMessage        `json:"forward_origin"`
	ForwardDate     int                    `json:"forward_date"` // servers before Bot API 7.0
	IsTopicMessage  bool                   `json:"is_topic_message"`
	Reply           *message               `json:"reply_to_message"`
	AlbumID         string                 `json:"media_group_id"`
	Text            string                 `json:"text"`
	Entities        []models.MessageEntity `json:"entities"`
	Caption         string                 `json:"caption"`
	CaptionEntities []models.MessageEntity `json:"caption_entities"`
	Photo           []models.PhotoSize     `json:"photo"`
	Document        *models.Document       `json:"document"`
	Animation       *models.Animation      `json:"animation"`
	Audio           *models.Audio          `json:"audio"`
	Video           *models.Video          `json:"video"`
	VideoNote       *models.VideoNote      `json:"video_note"`
	Voice           *models.Voice          `json:"voice"`
	Contact         *models.Contact        `json:"contact"`
	Location        *models.Location       `json:"location"`
	Venue           *models.Venue          `json:"venue"`
	MigrateTo       int64                  `json:"migrate_to_chat_id"`
}

type callback struct {
	ID      string      `json:"id"`
	From    models.User `json:"from"`
	Message *message    `json:"message"`
	Data    string      `json:"data"`
}

type membership struct {
	Chat models.Chat `json:"chat"`
	From models.User `json:"from"`
	New  struct {
		Status   models.ChatMemberType `json:"status"`
		IsMember bool                  `json:"is_member"`
	} `json:"new_chat_member"`
}

// unreadable are the contents of a message that a ticket cannot keep.
var unreadable = []string{
	"sticker", "poll", "dice", "game", "story", "checklist", "paid_media", "invoice",
	"giveaway", "giveaway_winners",
}

// service are the members of messages that nobody wrote.
var service = []string{
	"new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo",
	"group_chat_created", "supergroup_chat_created", "channel_chat_created",
	"message_auto_delete_timer_changed", "migrate_to_chat_id", "migrate_from_chat_id", "pinned_message",
	"forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened",
	"general_forum_topic_hidden", "general_forum_topic_unhidden", "video_chat_scheduled",
	"video_chat_started", "video_chat_ended", "video_chat_participants_invited", "boost_added",
	"chat_background_set", "write_access_allowed", "users_shared", "chat_shared", "connected_website",
	"proximity_alert_triggered", "web_app_data", "successful_payment", "refunded_payment", "gift",
	"unique_gift", "gift_upgrade_sent", "giveaway_created", "giveaway_completed", "checklist_tasks_done",
	"checklist_tasks_added", "direct_message_price_changed", "paid_message_price_changed",
	"suggested_post_approved", "suggested_post_approval_failed", "suggested_post_declined",
	"suggested_post_paid", "suggested_post_refunded", "chat_owner_left", "chat_owner_changed",
	"passport_data",
}
