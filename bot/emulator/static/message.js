import { avatar, clock, colour, el, icon, nameOf, size } from "./dom.js";
import { formatted, link } from "./format.js";

const replyIcon = "M10 8V4l-7 7 7 7v-4c5 0 8 1.5 10 5-1-6-4-10-10-11z";
const editIcon = "M4 20h4l11-11-4-4L4 16z";

// summary is one line about a message, for lists and quotes.
export function summary(m) {
  if (m.text) return m.text;
  if (m.photo) return "🖼 " + (m.caption || "Foto");
  const file = m.document || m.video || m.voice || m.audio;
  if (file) return (m.voice ? "🎤 " : m.video ? "🎬 " : "📎 ") + (m.caption || file.file_name || "Arquivo");
  if (m.contact) return "👤 Contato";
  if (m.location) return "📍 Localização";
  return service(m) || "Mensagem";
}

// service is the text of a message that is none of a person.
export function service(m) {
  if (m.new_chat_members) return `${nameOf(m.new_chat_members[0])} entrou no grupo`;
  if (m.left_chat_member) return `${nameOf(m.left_chat_member)} saiu do grupo`;
  if (m.pinned_message) return `${nameOf(m.from)} fixou “${summary(m.pinned_message).slice(0, 40)}”`;
  if (m.forum_topic_created) return `Tópico “${m.forum_topic_created.name}” criado`;
  if (m.migrate_to_chat_id) return "O grupo virou supergrupo";
  if (m.migrate_from_chat_id) return "Este grupo virou supergrupo";
  return "";
}

// messageItem renders one message; ctx has me, bot, group and the actions.
export function messageItem(m, ctx) {
  const note = service(m);
  if (note) return el("li", { className: "note", id: "m" + m.message_id }, note);
  const mine = m.from.id === ctx.me && !m.sender_chat;
  const author = m.sender_chat ? m.sender_chat.title : nameOf(m.from);
  const bubble = el("div", { className: "bubble" + (isBare(m) ? " bare" : "") });
  if (ctx.group && !mine) bubble.append(el("span", { className: "author " + colour(m.from.id) }, author));
  if (m.forward_origin) bubble.append(el("small", { className: "author" }, "Encaminhada de " + nameOf(m.forward_origin.sender_user)));
  if (m.reply_to_message && !m.reply_to_message.forum_topic_created) bubble.append(quoted(m.reply_to_message, ctx));
  bubble.append(...media(m, ctx));
  const text = m.text || m.caption;
  const stamp = el("span", { className: "stamp" }, (m.edit_date ? "editada " : "") + clock(m.date) + (mine ? " ✓✓" : ""));
  bubble.append(el("div", { className: "text" }, ...(text ? formatted(text, m.entities || m.caption_entities, ctx.bot, ctx) : []), stamp));
  const li = el("li", { id: "m" + m.message_id, className: mine ? "mine" : "" }, bubble);
  li.dataset.from = m.from.id;
  if (ctx.group && !mine) li.append(avatar(m.from.id, author, m.from.id === ctx.bot.id));
  if (m.reply_markup) {
    li.classList.add("has-keys");
    li.append(keys(m, ctx));
  }
  li.append(tools(m, mine, ctx));
  if (ctx.reactions[m.message_id]) bubble.after(el("span", { className: "reaction" }, ctx.reactions[m.message_id]));
  li.addEventListener("dblclick", () => ctx.reply(m));
  return li;
}

const isBare = (m) => m.photo && !m.caption;

function quoted(r, ctx) {
  return el("button", { type: "button", className: "reply", onclick: () => ctx.show(r.message_id) },
    el("b", {}, nameOf(r.from)), el("span", {}, summary(r).split("\n")[0]));
}

function media(m, ctx) {
  if (m.photo) {
    const p = m.photo.at(-1);
    const src = "api/file/" + encodeURIComponent(p.file_id);
    const img = el("img", { src, alt: m.caption || "Foto", width: p.width, height: p.height });
    return [el("button", { type: "button", className: "photo", ariaLabel: "Ampliar a foto", onclick: () => ctx.zoom(src) }, img)];
  }
  const f = m.document || m.video || m.voice || m.audio;
  if (f) {
    const name = f.file_name || (m.voice ? "Mensagem de voz" : "Arquivo");
    return [el("a", { className: "doc", href: "api/file/" + encodeURIComponent(f.file_id), download: name },
      el("i", {}, icon("M12 4v11m-5-5l5 5 5-5M5 20h14")), el("span", {}, el("b", {}, name), el("small", {}, size(f.file_size || 0))))];
  }
  if (m.contact) return [el("div", {}, `👤 ${nameOf(m.contact)} · ${m.contact.phone_number}`)];
  if (m.location) return [el("div", {}, `📍 ${m.location.latitude}, ${m.location.longitude}`)];
  return [];
}

function keys(m, ctx) {
  const rows = m.reply_markup.inline_keyboard.map((row) => el("div", {}, ...row.map((b) => key(m, b, ctx))));
  return el("div", { className: "keys" }, ...rows);
}

function key(m, b, ctx) {
  if (b.url) return link(b.url, [b.text], ctx.bot, ctx, b.style || "");
  const node = el("button", { type: "button", className: b.style || "", onclick: async () => {
    if (b.copy_text) return ctx.copy(b.copy_text.text);
    node.classList.add("busy");
    await ctx.tap(m, b);
    node.classList.remove("busy");
  } }, b.text);
  return node;
}

function tools(m, mine, ctx) {
  const box = el("div", { className: "tools" },
    el("button", { type: "button", ariaLabel: "Responder", title: "Responder", onclick: () => ctx.reply(m) }, icon(replyIcon)));
  if (mine && (m.text || m.caption)) box.append(el("button", { type: "button", ariaLabel: "Editar", title: "Editar", onclick: () => ctx.edit(m) }, icon(editIcon)));
  return box;
}
