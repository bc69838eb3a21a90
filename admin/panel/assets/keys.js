// The board by keyboard: arrows walk, Shift with an arrow moves the card, M opens its menu.
import { allowed, board } from './cards.js';
import { move } from './board.js';
import { openMenu } from './menu.js';
import { announce, text } from './util.js';


board.addEventListener('keydown', (event) => {
  const card = event.target.closest?.('.card');
  if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
  const run = event.shiftKey ? { ArrowLeft: () => step(card, -1), ArrowRight: () => step(card, 1), F10: () => openMenu(card) }[event.key]
    : { ArrowUp: () => beside(card, 'previousElementSibling'), ArrowDown: () => beside(card, 'nextElementSibling'),
      ArrowLeft: () => across(card, -1), ArrowRight: () => across(card, 1), m: () => openMenu(card), M: () => openMenu(card), ContextMenu: () => openMenu(card) }[event.key];
  if (!run) return;
  event.preventDefault();
  run();
});

const focusCard = (card) => card?.querySelector('.card-title')?.focus();
const columns = () => [...board.querySelectorAll('.column')];

function beside(card, way) {
  focusCard(card[way]);
}

// across goes to the card at the same height in the next column that shows any.
function across(card, by) {
  const all = columns();
  const height = [...card.parentElement.children].indexOf(card);
  for (let i = all.indexOf(card.closest('.column')) + by; all[i]; i += by) {
    const cards = [...all[i].querySelectorAll('.card')].filter((other) => other.checkVisibility());
    if (cards.length) { focusCard(cards[Math.min(height, cards.length - 1)]); return; }
  }
}

// step moves the card to the nearest column on that side to which it may go.
function step(card, by) {
  const all = columns().map((column) => column.dataset.status);
  const targets = allowed(card);
  for (let i = all.indexOf(card.dataset.status) + by; all[i]; i += by) {
    if (targets.includes(all[i])) { move(card, all[i]); return; }
  }
  announce(text('nowhere', { number: card.dataset.id }));
}
