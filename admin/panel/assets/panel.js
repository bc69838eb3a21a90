// The entry: what every page gets, then what this one needs.
import { debounce, element, expire, request, text } from './util.js';
import './ages.js';
import './swap.js';

document.documentElement.classList.add('scripted');
for (const node of document.querySelectorAll('[data-toast]')) expire(node);

// Filters apply as they are chosen, and leave out of the address what they do not restrict.
document.addEventListener('change', (event) => {
  if (event.target.matches('select')) event.target.closest('form[data-autosubmit]')?.requestSubmit();
});
document.addEventListener('submit', (event) => {
  if (event.target.method !== 'get') return;
  const empty = [...event.target.elements].filter((field) => field.name && field.value === '');
  for (const field of empty) field.disabled = true;
  setTimeout(() => { for (const field of empty) field.disabled = false; });
});

document.addEventListener('click', (event) => {
  for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false;
  const button = event.target.closest('[data-copy]');
  if (button) copy(button);
});
document.addEventListener('keydown', (event) => {
  const menu = event.key === 'Escape' && event.target.closest?.('details.menu[open]');
  if (menu) { menu.open = false; menu.querySelector('summary').focus(); }
});

async function copy(button) {
  const source = button.parentElement.querySelector('[data-copy-source]');
  source.select();
  try { await navigator.clipboard.writeText(source.value); } catch { document.execCommand('copy'); }
  button.lastChild.textContent = text('copied');
}

// Whoever writes on behalf of somebody is offered the people who fit what is typed.
const offer = debounce(async () => {
  const person = document.querySelector('[data-people]');
  if (person.value.length < 2) return;
  const found = await request(`/fragmentos/pessoas?q=${encodeURIComponent(person.value)}`).catch(() => []);
  person.list.replaceChildren(...found.map(({ nome, email }) => element('option', { value: email, label: nome })));
}, 200);
document.addEventListener('input', (event) => { if (event.target.matches('[data-people]')) offer(); });

// Each page's own modules come first: whoever hears the desk must be there when it speaks.
if (document.querySelector('.topbar')) {
  const wanted = { 'board.js': '#board', 'ticket.js': '[data-ticket]', 'files.js': '[data-files]', 'send.js': '[data-send]', 'page.js': '.topbar', 'import.js': '[data-import], [data-import-drop]' };
  const names = Object.keys(wanted).filter((name) => document.querySelector(wanted[name]));
  Promise.allSettled(names.map((name) => import(`./${name}`))).then(() => import('./live.js'));
}
