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
const person = document.querySelector('[data-people]');
if (person) {
  person.addEventListener('input', debounce(async () => {
    if (person.value.length < 2) return;
    const found = await request(`/fragmentos/pessoas?q=${encodeURIComponent(person.value)}`).catch(() => []);
    person.list.replaceChildren(...found.map(({ nome, email }) => element('option', { value: email, label: nome })));
  }, 200));
}

if (document.querySelector('.topbar')) {
  if (document.getElementById('board')) import('./board.js');
  if (document.querySelector('[data-ticket]')) import('./ticket.js');
  if (document.querySelector('[data-files]')) import('./files.js');
  if (document.querySelector('[data-list]')) import('./list.js');
  if (document.querySelector('[data-import], [data-import-drop]')) import('./import.js');
  import('./live.js');
}
