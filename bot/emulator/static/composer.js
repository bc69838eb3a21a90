import { post, upload } from "./api.js";
import { $, el, nameOf, size } from "./dom.js";
import { summary } from "./message.js";

// composer runs everything below the messages: text, commands, quoting, editing, files, START.
export function composer({ state, current, guarded, toast, ctx }) {
  let quoted = null, editing = null, files = [], choice = 0;
  const text = $("text");

  function where() { return { as: state.as, chat: state.chat, thread: state.thread, reply_to: quoted?.message_id || 0 }; }

  function fit() { text.style.height = "auto"; text.style.height = Math.min(text.scrollHeight, 200) + "px"; }

  function bar(title, m) {
    $("quote").hidden = false;
    $("quote").querySelector("div").replaceChildren(el("b", {}, title), el("span", {}, summary(m).split("\n")[0]));
    text.focus();
  }

  function cancel() {
    if (editing) text.value = "";
    quoted = editing = null;
    files = [];
    $("quote").hidden = $("files").hidden = $("menu").hidden = true;
    fit();
  }

  async function send() {
    const value = text.value.trim();
    if (!value && !files.length) return;
    const done = await guarded(async () => {
      if (editing) return post("edit", { ...where(), message: editing.message_id, text: value });
      if (files.length) return upload({ ...where(), caption: value }, files);
      return post("send", { ...where(), text: value });
    });
    if (!done) return;
    text.value = "";
    cancel();
  }

  function options() {
    const typed = /^\/([a-z0-9_]*)$/i.exec(text.value);
    return typed ? (current()?.commands || []).filter((c) => c.command.startsWith(typed[1].toLowerCase())) : [];
  }

  function menu() {
    const list = options();
    choice = Math.min(choice, Math.max(0, list.length - 1));
    $("menu").hidden = !list.length;
    $("menu").replaceChildren(...list.map((c, i) => el("li", { role: "option", ariaSelected: String(i === choice), onclick: () => pick(c) },
      el("b", {}, "/" + c.command), el("span", {}, c.description))));
  }

  function pick(c) { text.value = "/" + c.command; send(); }

  function choose(list) {
    files = [...list].slice(0, 10);
    $("files").hidden = !files.length;
    $("files").replaceChildren(...files.map((f) => el("span", {}, `📎 ${f.name} · ${size(f.size)}`)));
    text.focus();
  }

  async function start() {
    const parameter = state.start || "";
    state.start = null;
    await guarded(() => post("send", { as: state.as, chat: state.as, text: ("/start " + parameter).trim() }));
    changed();
  }

  // changed shows START where Telegram does: before the first message, after blocking, for a deep link.
  function changed() {
    const c = current();
    const pending = c && c.id > 0 && (!c.started || c.blocked || state.start != null);
    $("start").hidden = !pending;
    $("start").textContent = c?.blocked ? "REINICIAR" : "INICIAR";
    $("form").hidden = !!pending;
    $("slash").hidden = !c?.commands?.length;
    keyboard(c);
  }

  function keyboard(c) {
    const rows = c?.keyboard?.keyboard;
    $("keyboard").hidden = !rows;
    $("keyboard").replaceChildren(...(rows || []).map((row) => el("div", {}, ...row.map((b) => {
      const label = typeof b === "string" ? b : b.text;
      const me = state.people.find((p) => p.id === state.as);
      const contact = b.request_contact ? { phone_number: "+5511900000000", first_name: me.name } : undefined;
      return el("button", { type: "button", onclick: () => guarded(() => post("send", contact ? { ...where(), contact } : { ...where(), text: label })) }, label);
    }))));
  }

  $("form").onsubmit = (e) => { e.preventDefault(); send(); };
  $("start").onclick = start;
  $("slash").onclick = () => { text.value = text.value === "/" ? "" : "/"; choice = 0; menu(); text.focus(); };
  $("quote").querySelector("button").onclick = cancel;
  $("file").onchange = (e) => { choose(e.target.files); e.target.value = ""; };
  text.oninput = () => { choice = 0; menu(); fit(); };
  text.onpaste = (e) => { if (e.clipboardData.files.length) { e.preventDefault(); choose(e.clipboardData.files); } };
  text.onkeydown = (e) => {
    const list = $("menu").hidden ? [] : options();
    if (list.length && (e.key === "ArrowDown" || e.key === "ArrowUp")) { e.preventDefault(); choice = (choice + (e.key === "ArrowDown" ? 1 : list.length - 1)) % list.length; menu(); return; }
    if (e.key === "Tab" && list.length) { e.preventDefault(); text.value = "/" + list[choice].command; menu(); return; }
    if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); if (list.length) pick(list[choice]); else send(); }
  };
  $("talk").ondragover = (e) => e.preventDefault();
  $("talk").ondrop = (e) => { e.preventDefault(); choose(e.dataTransfer.files); };

  return {
    quote(m) { cancel(); quoted = m; bar("Responder a " + (m.from.id === ctx.me ? "você" : nameOf(m.from)), m); },
    edit(m) { cancel(); editing = m; text.value = m.text || m.caption || ""; fit(); bar("Editar mensagem", m); },
    cancel, changed,
    opened() { cancel(); if (!matchMedia("(pointer: coarse)").matches) text.focus(); },
  };
}
