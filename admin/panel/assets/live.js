// Hears what happens on the desk, and says so when it cannot.
import { loginPath, text, toast } from './util.js';
import { age } from './ages.js';

const longest = 15000;
const pulse = 30000; // milliseconds between two questions whether the line still carries
const patience = 8000; // milliseconds that their answer may take
let socket = null;
let cursor = null;
let tries = 0;
let lostAt = 0;
let timer = 0;
let silence = 0; // runs out when a question stays without an answer

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

export function sendLive(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

// leave forgets a connection, whatever becomes of it: there is one at a time.
function leave() {
  clearTimeout(timer);
  clearTimeout(silence);
  silence = 0;
  for (const [type, run] of [['open', opened], ['message', heard], ['close', lost]]) socket?.removeEventListener(type, run);
  socket?.close();
  delete document.documentElement.dataset.live;
}

function connect() {
  leave();
  socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`);
  socket.addEventListener('open', opened);
  socket.addEventListener('message', heard);
  socket.addEventListener('close', lost);
}

// opened asks for what was missed; the answer says that the session counts.
function opened() {
  sendLive({ type: 'resume', cursor });
}

// ready runs once a connection hears the desk. What changed while none did, also between
// the page's making and its first connection, is fetched.
function ready() {
  if (document.documentElement.dataset.live === 'on') return; // the answer to a beat
  tries = 0;
  document.documentElement.dataset.live = 'on';
  tell('live:open');
  tell('live:back');
  if (!lostAt) return;
  const bar = document.getElementById('away');
  const away = Date.now() - lostAt;
  if (!bar.hidden) toast(text('back', { time: away < 60000 ? text('moment') : age(away) }));
  bar.hidden = true;
  say('away', false);
  lostAt = 0;
}

// beat asks for a ready and nothing else: a line that has died without a word does not answer.
function beat() {
  if (silence || socket?.readyState !== WebSocket.OPEN) return;
  sendLive({ type: 'resume' });
  silence = setTimeout(lost, patience);
}

function heard(event) {
  clearTimeout(silence);
  silence = 0;
  let message;
  try { message = JSON.parse(event.data); } catch { return; }
  if (message.cursor !== undefined) cursor = message.cursor;
  if (message.type === 'ready' && !message.user_id) nobody();
  else if (message.type === 'ready') ready();
  else if (message.type === 'reload') tell('live:back');
  else if (message.type) tell('live:message', message);
}

// nobody runs when the connection stands but the session has ended: whoever logs in again, also in another window, is
// heard of by one of the next.
function nobody() {
  lostAt ||= Date.now();
  say('ended', true);
  showAway();
  lost();
}
document.addEventListener('session:ended', nobody);

function lost() {
  leave();
  if (!lostAt) {
    lostAt = Date.now();
    setTimeout(showAway, 2000);
  }
  tries += 1;
  if (tries > 2) probe();
  timer = setTimeout(connect, Math.min(longest, 400 * 2 ** tries) * (0.7 + Math.random() * 0.6));
}

function showAway() {
  if (!lostAt) return;
  document.getElementById('away').hidden = false;
}

// probe asks over HTTP whether the session is what is missing.
async function probe() {
  try {
    const response = await fetch('/fragmentos/contagens', { headers: { 'X-Fragment': 'parte' } });
    if (response.status !== 401) return;
    say('ended', true);
  } catch { /* the network is what is missing */ }
}

// say tells why nothing is heard, and offers the login where that helps.
function say(key, login) {
  const bar = document.getElementById('away');
  bar.querySelector('span').textContent = text(key);
  const link = bar.querySelector('a');
  link.hidden = !login;
  link.href = loginPath();
}

addEventListener('online', () => { if (lostAt) connect(); });
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  if (lostAt) connect();
  else beat();
});
setInterval(beat, pulse);
addEventListener('pagehide', leave);
addEventListener('pageshow', (event) => { if (event.persisted) { lostAt = Date.now(); connect(); } });

if (document.getElementById('away') && document.querySelector('.topbar')) connect();
