// el makes an element; children are elements or text, never HTML.
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && name !== "role") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((c) => c != null && c !== ""));
  return node;
}

export const $ = (id) => document.getElementById(id);

export function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  const p = document.createElementNS("http://www.w3.org/2000/svg", "path");
  p.setAttribute("d", path);
  svg.append(p);
  return svg;
}

export function initials(name) {
  const words = name.trim().split(/\s+/).map((w) => [...w].find((c) => /[\p{L}\p{N}]/u.test(c))).filter(Boolean);
  return ((words[0] || "?") + (words.length > 1 ? words.at(-1) : "")).toUpperCase();
}

export const colour = (id) => "c" + (Math.abs(id) % 7);

export function paint(node, id, name, bot) {
  node.className = "avatar " + (bot ? "bot" : colour(id));
  node.textContent = bot ? "🤖" : initials(name);
  return node;
}

export const avatar = (id, name, bot) => paint(el("span", { ariaHidden: "true" }), id, name, bot);

export const clock = (unix) => new Date(unix * 1000).toLocaleTimeString("pt-BR", { hour: "2-digit", minute: "2-digit" });

export function day(unix) {
  const d = new Date(unix * 1000), today = new Date();
  const days = Math.round((new Date(today.toDateString()) - new Date(d.toDateString())) / 864e5);
  if (days === 0) return "Hoje";
  if (days === 1) return "Ontem";
  return d.toLocaleDateString("pt-BR", { day: "numeric", month: "long" });
}

export const size = (n) => (n >= 1048576 ? (n / 1048576).toFixed(1) + " MB" : Math.max(1, Math.round(n / 1024)) + " KB").replace(".", ",");

export const nameOf = (u) => (u ? [u.first_name, u.last_name].filter(Boolean).join(" ") : "");
