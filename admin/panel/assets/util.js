// What every module needs: texts, messages to the person, requests to the server.
export const calm = matchMedia('(prefers-reduced-motion: reduce)');
const texts = document.getElementById('texts').dataset;

export function text(key, args = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => args[name] ?? '');
}

export function announce(message) {
  const box = document.getElementById('announcer');
  box.textContent = '';
  requestAnimationFrame(() => { box.textContent = message; });
}

export function element(tag, props = {}, ...children) {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
}

// icon copies a sign that the page already shows the address of.
export function icon(name) {
  const known = document.querySelector('use');
  const sprite = known ? known.getAttribute('href').split('#')[0] : '';
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `${sprite}#${name}`);
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(use);
  return svg;
}

// toast shows a message for a while, longer while it is being pointed at; action, if any,
// is { label, run }.
export function toast(message, { bad = false, action = null, time = 7000 } = {}) {
  const node = element('div', { className: bad ? 'toast bad' : 'toast' }, icon(bad ? 'alert' : 'check'), element('span', { textContent: message }));
  node.setAttribute('role', bad ? 'alert' : 'status');
  if (action) {
    const button = element('button', { type: 'button', className: 'link', textContent: action.label });
    button.addEventListener('click', () => { node.remove(); action.run(); });
    node.append(button);
  }
  const box = document.getElementById('toasts');
  while (box.children.length > 2) box.firstElementChild.remove();
  box.append(node);
  expire(node, time);
}

export function expire(node, time = 7000) {
  const end = () => {
    if (node.matches(':hover, :focus-within')) setTimeout(end, 1500);
    else node.remove();
  };
  setTimeout(end, time);
}

// loginPath leads to the login and back here.
export const loginPath = () => `/entrar?proximo=${encodeURIComponent(location.pathname + location.search)}`;

// longest is how many milliseconds an answer to a question may take: on a line that has died without a word there is none.
export const longest = 12000;

export class Refused extends Error {
  constructor(status, message) { super(message); this.status = status; }
}

// request asks for a part of a page; a refusal is thrown with the server's own words.
export async function request(path, fields = null) {
  // With its cache a browser would have a question wait for the answer to the same one before.
  const options = { cache: 'no-store', headers: { 'X-Fragment': 'parte' } };
  Object.assign(options, fields ? { method: 'POST', body: new URLSearchParams(fields) } : { signal: AbortSignal.timeout(longest) });
  const response = await fetch(path, options);
  const json = (response.headers.get('Content-Type') ?? '').includes('json');
  const body = json ? await response.json() : await response.text();
  if (!response.ok) throw new Refused(response.status, body.erro ?? text('failed'));
  return body;
}

// passes reports whether a failure may pass by itself: the network's, or a server's that is busy or starting.
export const passes = ({ status = 0 }) => status === 0 || status === 429 || status >= 500;

// debounce runs once calls have ceased for wait milliseconds.
export function debounce(run, wait) {
  let timer = 0;
  return () => { clearTimeout(timer); timer = setTimeout(run, wait); };
}

// gather runs wait milliseconds after the first of several calls, however many follow.
export function gather(run, wait) {
  let timer = 0;
  return () => { timer ||= setTimeout(() => { timer = 0; run(); }, wait); };
}

// latest shows answers to a question that is asked again and again, but for those that a later one has overtaken.
export function latest(ask, show) {
  let asked = 0;
  let shown = 0;
  return async () => {
    const turn = ++asked;
    const answer = await ask();
    if (turn < shown) return;
    shown = turn;
    show(answer);
  };
}
