// The ticket's page: news as they come, and who else is looking.
import { gather, text } from './util.js';
import { refresh } from './swap.js';
import { sendLive } from './live.js';

const page = document.querySelector('[data-ticket]');
const id = Number(page.dataset.ticket);
const viewers = new Map(); // id of a person → until when they count as looking
const look = 25000;

const update = gather(refresh, 120);
const greet = () => { if (!document.hidden) sendLive({ type: 'view_ticket', ticket_id: id }); };

document.addEventListener('live:message', ({ detail }) => {
  if (detail.ticket_id !== id) return;
  if (detail.type === 'ticket_viewed') seen(detail);
  else update();
});
// What became of a message is known a moment after it was written.
setInterval(() => { if (!document.hidden && document.querySelector('.receipt.is-aguardando')) update(); }, 5000);
document.addEventListener('swap:merged', showViewers); // the server knows nothing of them
document.addEventListener('live:open', greet);
document.addEventListener('live:back', update);
document.addEventListener('visibilitychange', greet);
setInterval(() => { greet(); showViewers(); }, look);

function seen({ user_id: user, nome, user_name: name }) {
  if (!viewers.has(user)) greet();
  viewers.set(user, { name: nome ?? name, until: Date.now() + 2 * look });
  showViewers();
}

function showViewers() {
  for (const [user, { until }] of viewers) if (until < Date.now()) viewers.delete(user);
  const box = document.querySelector('[data-watching]');
  const names = [...viewers.values()].map((viewer) => viewer.name).filter(Boolean);
  box.hidden = viewers.size === 0;
  box.textContent = names.length ? text('watching', { name: names.join(', ') }) : text('someone');
}

const composer = document.querySelector('[data-composer]');
composer.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) composer.requestSubmit();
});
// What is being written outlives a reload, a login in between and a wrong click.
const draft = `rascunho:${id}`;
const box = composer.querySelector('textarea');
if (!box.value) box.value = sessionStorage.getItem(draft) ?? '';
box.addEventListener('input', () => sessionStorage.setItem(draft, box.value));
let sent = '';
composer.addEventListener('submit', () => { sent = box.value; });
composer.addEventListener('swap:done', () => {
  box.value = box.value.startsWith(sent) ? box.value.slice(sent.length) : box.value; // the next one may have been begun
  sessionStorage.setItem(draft, box.value);
});

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input, select, textarea')) return;
  const mode = { r: '', n: '1' }[event.key];
  const choice = mode === undefined ? null : composer.querySelector(`[name="interno"][value="${mode}"]`);
  if (!choice && event.key !== 'r') return;
  event.preventDefault();
  if (choice) choice.checked = true;
  box.focus();
});
