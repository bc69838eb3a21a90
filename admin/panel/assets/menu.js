// The card's menu: everything that dragging can do, for those who do not drag.
import { element, text } from './util.js';
import { allowed, board, columnOf } from './cards.js';
import { move, take } from './board.js';

const popup = element('div', { className: 'popup', popover: 'auto' });
popup.setAttribute('role', 'menu');
document.body.append(popup);
let owner = null;

board.addEventListener('click', (event) => {
  const button = event.target.closest('[data-menu]');
  if (!button) return;
  event.preventDefault();
  openMenu(button.closest('.card'));
});

export function openMenu(card) {
  if (!allowed(card).length) return;
  owner = card.dataset.id;
  fill(card);
  popup.showPopover();
  const at = card.querySelector('[data-menu]').getBoundingClientRect();
  const box = popup.getBoundingClientRect();
  popup.style.left = `${Math.max(8, Math.min(at.right - box.width, innerWidth - box.width - 8))}px`;
  const above = at.bottom + box.height + 12 > innerHeight;
  popup.style.top = `${Math.max(8, Math.min(above ? at.top - box.height - 4 : at.bottom + 4, innerHeight - box.height - 8))}px`;
  popup.querySelector('[role="menuitem"]').focus();
}

function item(label, sign, run) {
  const button = element('button', { type: 'button' }, element('span', { textContent: sign, ariaHidden: 'true' }), label);
  button.setAttribute('role', 'menuitem');
  button.addEventListener('click', () => { close(); run(); });
  return button;
}

function fill(card) {
  popup.setAttribute('aria-label', card.querySelector('[data-menu]').getAttribute('aria-label'));
  const rows = [element('p', { textContent: text('move') })];
  for (const status of allowed(card)) {
    const column = columnOf(status);
    rows.push(item(column.dataset.name, column.querySelector('h2 span').textContent, () => move(card, status)));
  }
  rows.push(element('hr'));
  if (card.hasAttribute('data-take')) rows.push(item(text('take'), '✋', () => take(card)));
  rows.push(item(text('open'), '↗', () => location.assign(card.querySelector('.card-title').href)));
  popup.replaceChildren(...rows);
}

function close() {
  popup.hidePopover();
  document.getElementById(`cartao-${owner}`)?.querySelector('.card-title')?.focus({ preventScroll: true });
}

popup.addEventListener('keydown', (event) => {
  const items = [...popup.querySelectorAll('[role="menuitem"]')];
  const at = items.indexOf(document.activeElement);
  const go = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (go !== undefined) { event.preventDefault(); items[go % items.length].focus(); }
  if (event.key === 'Escape' || event.key === 'Tab') { event.preventDefault(); close(); }
});
