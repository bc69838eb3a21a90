// The ticket's page: news as they come, who else is looking, files by drop and paste.
import { debounce, text } from './util.js';
import { refresh } from './swap.js';
import { sendLive } from './live.js';

const page = document.querySelector('[data-ticket]');
const id = Number(page.dataset.ticket);
const viewers = new Map(); // id of a person → until when they count as looking
const look = 25000;

const update = debounce(() => refresh().catch(() => {}), 120);
const greet = () => { if (!document.hidden) sendLive({ type: 'view_ticket', ticket_id: id }); };

document.addEventListener('live:message', ({ detail }) => {
  if (detail.ticket_id !== id) return;
  if (detail.type === 'ticket_viewed') seen(detail);
  else update();
});
// What became of a message is known a moment after it was written.
setInterval(() => { if (!document.hidden && document.querySelector('.receipt.is-aguardando')) update(); }, 5000);
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
const input = composer.querySelector('[data-files]');
const area = composer.querySelector('textarea');

const showFiles = () => { composer.querySelector('[data-chosen]').textContent = [...input.files].map((file) => file.name).join(', '); };

function addFiles(files) {
  const all = new DataTransfer();
  for (const file of [...input.files, ...files]) all.items.add(file);
  input.files = all.files;
  showFiles();
}

input.addEventListener('change', showFiles);
composer.addEventListener('paste', (event) => {
  if (event.clipboardData.files.length) { event.preventDefault(); addFiles(event.clipboardData.files); }
});
composer.addEventListener('dragover', (event) => event.preventDefault());
composer.addEventListener('drop', (event) => {
  if (event.dataTransfer.files.length) { event.preventDefault(); addFiles(event.dataTransfer.files); }
});
composer.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) composer.requestSubmit();
});
composer.addEventListener('swap:done', () => {
  area.value = '';
  input.value = '';
  showFiles();
});
