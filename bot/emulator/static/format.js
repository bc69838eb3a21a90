import { el } from "./dom.js";

const tags = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote", expandable_blockquote: "blockquote" };

// formatted turns text with Telegram's entities (UTF-16 offsets, like JavaScript's) into nodes.
// on.command(text) and on.start(parameter) run when such an entity is pressed.
export function formatted(text, entities, bot, on) {
  const list = [...(entities || [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return build(text, 0, text.length, list, bot, on);
}

function build(text, from, to, list, bot, on) {
  const out = [];
  let at = from;
  while (list.length && list[0].offset < to) {
    const e = list.shift();
    if (e.offset < at) continue;
    const end = Math.min(e.offset + e.length, to);
    const block = /quote$|^pre$/.test(e.type);
    if (e.offset > at) out.push(block ? text.slice(at, e.offset).replace(/\n$/, "") : text.slice(at, e.offset));
    const inner = [];
    while (list.length && list[0].offset < end) inner.push(list.shift());
    const raw = text.slice(e.offset, end);
    out.push(wrap(e, raw, build(text, e.offset, end, inner, bot, on), bot, on));
    at = block && text[end] === "\n" ? end + 1 : end;
  }
  if (at < to) out.push(text.slice(at, to));
  return out;
}

function wrap(e, raw, children, bot, on) {
  switch (e.type) {
    case "text_link": return link(e.url, children, bot, on);
    case "url": return link(/^https?:/.test(raw) ? raw : "https://" + raw, children, bot, on);
    case "email": return el("a", { href: "mailto:" + raw }, ...children);
    case "bot_command": return el("button", { type: "button", className: "cmd", onclick: () => on.command(raw) }, ...children);
    case "mention": case "hashtag": return el("a", {}, ...children);
    case "spoiler": {
      const s = el("span", { className: "spoiler", tabIndex: 0, title: "Mostrar", onclick: () => s.classList.add("open") }, ...children);
      return s;
    }
  }
  return el(tags[e.type] || "span", {}, ...children);
}

// startParameter returns the parameter of a deep link to this bot, or null.
export function startParameter(url, bot) {
  const m = /^(?:https?:\/\/)?(?:www\.)?(?:t|telegram)\.me\/([A-Za-z0-9_]+)(?:\?(.*))?$/.exec(url || "");
  if (!m || m[1].toLowerCase() !== bot.username.toLowerCase()) return null;
  return new URLSearchParams(m[2] || "").get("start") || "";
}

export function link(url, children, bot, on, className) {
  const start = startParameter(url, bot);
  if (start != null) {
    return el("a", { href: "?start=" + encodeURIComponent(start), className, onclick: (ev) => { ev.preventDefault(); on.start(start); } }, ...children);
  }
  const safe = /^(https?|tg|mailto):/i.test(url) ? url : "#";
  return el("a", { href: safe, target: "_blank", rel: "noopener noreferrer", className }, ...children);
}
