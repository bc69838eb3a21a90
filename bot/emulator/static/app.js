import { get, post } from "./api.js";
import { composer } from "./composer.js";
import { $, avatar, clock, day, el, nameOf, paint } from "./dom.js";
import { messageItem, service, summary } from "./message.js";

const url = new URLSearchParams(location.search);
const state = { as: Number(url.get("as")) || 0, chat: Number(url.get("chat")) || 0, thread: 0, people: [], chats: [], messages: [], unread: {}, reactions: {}, bot: null, start: url.get("start") };
let sticky = true, stream, typingTimer, toastTimer, reloading;

const current = () => state.chats.find((c) => c.id === state.chat);
const narrow = matchMedia("(max-width: 720px)");

const ctx = {
  get me() { return state.as; }, get bot() { return state.bot; }, get group() { return state.chat < 0; }, get reactions() { return state.reactions; },
  reply: (m) => write.quote(m), edit: (m) => write.edit(m), show: flash,
  zoom(src) { $("viewer").querySelector("img").src = src; $("viewer").showModal(); },
  copy(text) { navigator.clipboard?.writeText(text); toast("Copiado"); },
  command: (text) => guarded(() => post("send", { as: state.as, chat: state.chat, thread: state.thread, text })),
  start(parameter) { state.start = parameter; open(state.as); },
  async tap(m, b) {
    await guarded(async () => {
      const a = await post("tap", { as: state.as, chat: state.chat, message: m.message_id, data: b.callback_data });
      if (a.text && a.show_alert) { $("alert").querySelector("p").textContent = a.text; $("alert").showModal(); } else if (a.text) toast(a.text);
    });
  },
};

const write = composer({ state, current, guarded, toast, ctx });

async function guarded(run) {
  try { return await run(); } catch (err) { toast(/deadline|canceled/.test(err.message) ? "O bot não respondeu." : err.message); }
}

function toast(text) {
  clearTimeout(toastTimer);
  $("toast").textContent = text;
  $("toast").hidden = false;
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 3500);
}

async function load() {
  const s = await get("state", { as: state.as });
  Object.assign(state, { as: s.as, bot: s.bot, people: s.people, chats: s.chats, about: s.about });
  drawMe();
  drawChats();
}

function remember() {
  const q = new URLSearchParams({ as: state.as });
  if (state.chat) q.set("chat", state.chat);
  history.replaceState(null, "", "?" + q);
  sessionStorage.setItem("as", state.as);
}

async function become(id) {
  Object.assign(state, { as: id, chat: 0, unread: {}, messages: [], reactions: {} });
  $("people").hidden = true;
  $("me").setAttribute("aria-expanded", "false");
  $("app").classList.add("no-chat");
  await load();
  listen();
  remember();
  if (!choosing && (!narrow.matches || state.start != null)) await open(state.as);
}

function listen() {
  stream?.close();
  let first = true;
  stream = new EventSource("api/events?as=" + state.as);
  stream.onopen = () => { if (!first) refresh(); first = false; };
  stream.onmessage = (e) => hear(JSON.parse(e.data));
}

async function refresh() {
  clearTimeout(reloading);
  await guarded(load);
  if (current()) { state.messages = await get("messages", { as: state.as, chat: state.chat }); draw(false); drawHead(); }
}

function hear(e) {
  if (e.type === "message") return heardMessage(e.message);
  if (e.type === "deleted" && e.chat_id === state.chat) {
    state.messages = state.messages.filter((m) => m.message_id !== e.message_id);
    $("m" + e.message_id)?.remove();
  } else if (e.type === "typing" && e.chat_id === state.chat) typing(e.text);
  else if (e.type === "reaction" && e.chat_id === state.chat) { state.reactions[e.message_id] = e.text; draw(false); }
  else { clearTimeout(reloading); reloading = setTimeout(refresh, 80); }
}

function heardMessage(m) {
  const chat = state.chats.find((c) => c.id === m.chat.id);
  if (!chat) { clearTimeout(reloading); reloading = setTimeout(refresh, 80); return; }
  const isNew = !chat.last || m.message_id > chat.last.message_id;
  if (!chat.last || m.message_id >= chat.last.message_id) chat.last = m;
  if (m.chat.id !== state.chat) {
    if (isNew && m.from.id !== state.as) state.unread[m.chat.id] = (state.unread[m.chat.id] || 0) + 1;
  } else {
    const i = state.messages.findIndex((o) => o.message_id === m.message_id);
    if (i >= 0) { state.messages[i] = m; $("m" + m.message_id)?.replaceWith(messageItem(m, ctx)); group(); } else { state.messages.push(m); if (m.from.id === state.bot.id) typing(""); draw(true, m.message_id); }
  }
  drawChats();
}

function typing(action) {
  clearTimeout(typingTimer);
  $("chat-sub").classList.toggle("typing", !!action);
  if (!action) return drawHead();
  $("chat-sub").textContent = action === "typing" ? "digitando…" : "enviando arquivo…";
  typingTimer = setTimeout(() => typing(""), 5000);
}

function drawMe() {
  const me = state.people.find((p) => p.id === state.as);
  if (!me) return;
  paint($("me-avatar"), me.id, me.name);
  $("me-name").textContent = me.name;
  $("me-role").textContent = me.role;
  $("people").replaceChildren(...state.people.map((p) => el("li", {
    role: "option", tabIndex: 0, ariaSelected: String(p.id === state.as), onclick: () => become(p.id),
    onkeydown: (e) => { if (e.key === "Enter") become(p.id); },
  }, avatar(p.id, p.name), el("span", { className: "who" }, el("strong", {}, p.name), el("em", {}, p.role)))));
}

function drawChats() {
  const list = [...state.chats].sort((a, b) => (b.last?.date || 0) - (a.last?.date || 0));
  $("chats").replaceChildren(...list.map((c) => {
    const last = c.last ? (c.id < 0 && c.last.from && !service(c.last) ? nameOf(c.last.from).split(" ")[0] + ": " : "") + summary(c.last).split("\n")[0] : "Toque para conversar";
    return el("a", { href: "?as=" + state.as + "&chat=" + c.id, ariaCurrent: String(c.id === state.chat), onclick: (e) => { e.preventDefault(); open(c.id); } },
      avatar(c.id, c.title, c.id > 0),
      el("div", { className: "lines" },
        el("div", {}, el("strong", {}, c.title), c.last ? el("time", {}, clock(c.last.date)) : null),
        el("div", {}, el("span", { className: "last" }, last), state.unread[c.id] ? el("span", { className: "unread" }, String(state.unread[c.id])) : null)));
  }));
}

async function open(id) {
  Object.assign(state, { chat: id, thread: 0, reactions: {} });
  delete state.unread[id];
  $("app").classList.remove("no-chat");
  $("talk").className = id < 0 ? "group" : "";
  remember();
  drawChats();
  drawHead();
  state.messages = (await guarded(() => get("messages", { as: state.as, chat: id }))) || [];
  draw(true);
  write.opened();
}

function drawHead() {
  const c = current();
  if (!c) return;
  paint($("chat-avatar"), c.id, c.title, c.id > 0);
  $("chat-title").textContent = c.title;
  $("chat-sub").textContent = c.id > 0 ? "bot · @" + state.bot.username : `${(c.members?.length || 0) + 1} membros: ${[...(c.members || []), state.bot.first_name].join(", ")}`;
  $("block").hidden = c.id < 0 || !c.started;
  $("block").classList.toggle("on", c.blocked);
  $("block").title = c.blocked ? "Desbloquear o bot" : "Bloquear o bot";
  $("pinned").hidden = !c.pinned;
  if (c.pinned) { $("pinned").textContent = "📌 " + summary(c.pinned).split("\n")[0]; $("pinned").onclick = () => flash(c.pinned.message_id); }
  $("topics").hidden = !c.topics;
  if (c.topics) $("topics").replaceChildren(...[{ id: 0, name: "Geral" }, ...c.topics].map((t) => el("button", { type: "button", ariaPressed: String(t.id === state.thread), onclick: () => { state.thread = t.id; drawHead(); draw(true); } }, t.name)));
  write.changed();
}

function draw(toEnd, fresh) {
  const shown = state.messages.filter((m) => !current()?.topics || (m.message_thread_id || 0) === state.thread);
  const box = $("scroll"), near = box.scrollHeight - box.scrollTop - box.clientHeight < 160;
  let last = "";
  const items = [];
  for (const m of shown) {
    const d = day(m.date);
    if (d !== last) items.push(el("li", { className: "day" }, (last = d)));
    const li = messageItem(m, ctx);
    if (m.message_id === fresh) li.classList.add("fresh");
    items.push(li);
  }
  if (!items.length) items.push(el("li", { className: "note" }, state.chat > 0 ? state.about || "Nenhuma mensagem ainda" : "Nenhuma mensagem ainda"));
  const at = box.scrollTop;
  $("messages").replaceChildren(...items);
  group();
  sticky = toEnd && (near || !fresh || shown.at(-1)?.from.id === state.as);
  box.scrollTop = sticky ? box.scrollHeight : at;
}

// group marks the first and last of one person's messages in a row.
function group() {
  const items = [...$("messages").children];
  items.forEach((li, i) => {
    const same = (o) => o && o.dataset.from && o.dataset.from === li.dataset.from;
    li.classList.toggle("first", !same(items[i - 1]));
    li.classList.toggle("last", !same(items[i + 1]));
    const face = li.querySelector(":scope > .avatar");
    if (face) face.hidden = same(items[i + 1]);
    const author = li.querySelector(".author");
    if (author && ctx.group) author.hidden = same(items[i - 1]);
  });
}

function flash(id) {
  const li = $("m" + id);
  li?.scrollIntoView({ block: "center", behavior: "smooth" });
  li?.classList.add("flash");
  setTimeout(() => li?.classList.remove("flash"), 1300);
}

$("me").onclick = () => { const show = $("people").hidden; $("people").hidden = !show; $("me").setAttribute("aria-expanded", String(show)); };
$("back").onclick = () => { state.chat = 0; $("app").classList.add("no-chat"); remember(); drawChats(); };
$("block").onclick = () => guarded(() => post("block", { as: state.as, blocked: !current().blocked }));
$("viewer").onclick = () => $("viewer").close();
$("down").onclick = () => $("scroll").scrollTo({ top: $("scroll").scrollHeight, behavior: "smooth" });
let scrolled = 0;
// What grows below, a photo that has loaded, is no reason to stay behind; only whoever scrolls up does.
$("scroll").onscroll = () => {
  const b = $("scroll"), rest = b.scrollHeight - b.scrollTop - b.clientHeight;
  sticky = rest < 60 || (sticky && b.scrollTop >= scrolled);
  scrolled = b.scrollTop;
  $("down").hidden = rest < 240;
};
new ResizeObserver(() => { if (sticky) $("scroll").scrollTop = $("scroll").scrollHeight; }).observe($("messages"));
new ResizeObserver(() => { if (sticky) $("scroll").scrollTop = $("scroll").scrollHeight; }).observe($("scroll"));
// A hidden tab gives its stream back: browsers allow six connections to one host.
document.addEventListener("visibilitychange", () => { if (document.hidden) stream?.close(); else if (state.as) { listen(); refresh(); } });
document.addEventListener("keydown", (e) => { if (e.key === "Escape") { $("people").hidden = true; write.cancel(); } });
document.addEventListener("click", (e) => { if (!e.target.closest("#me, #people")) $("people").hidden = true; });

const chat = state.chat;
let choosing = state.start != null && !state.as;
await guarded(() => become(state.as || Number(sessionStorage.getItem("as")) || 0));
if (chat) await open(chat);
if (choosing) { choosing = false; $("people").hidden = false; toast("Escolha quem vai abrir o link"); }
