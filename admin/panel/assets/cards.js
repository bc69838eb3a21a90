// The board's columns and the cards in them.
import { refreshAges } from './ages.js';

export const board = document.getElementById('board');
export const listOf = (status) => board.querySelector(`[data-cards="${status}"]`);
export const cardOf = (id) => document.getElementById(`cartao-${id}`);
export const columnOf = (status) => document.getElementById(`coluna-${status}`);
export const allowed = (card) => card.dataset.targets.split(' ').filter(Boolean);

export function parse(html) {
  const box = document.createElement('template');
  box.innerHTML = html;
  refreshAges(box.content);
  return box.content;
}

// place puts a card where its rank belongs in its column.
export function place(card) {
  const list = listOf(card.dataset.status);
  let next = list.firstElementChild;
  while (next && (next === card || (next.dataset.rank && next.dataset.rank <= card.dataset.rank))) next = next.nextElementSibling;
  if (card.parentElement === list && card.nextElementSibling === next) return;
  keepingFocus(card, () => { list.insertBefore(card, next); return card; });
}

// keepingFocus has whoever walks by keyboard stay on a card that moves or is replaced, or beside it where it is not to be
// seen any more. change returns what is there then.
export function keepingFocus(card, change) {
  const active = card?.contains(document.activeElement) ? document.activeElement.className : null;
  const beside = card?.nextElementSibling ?? card?.previousElementSibling;
  const now = change();
  if (active === null) return;
  for (const node of [now?.querySelector(`.${active}`), now?.querySelector('a'), beside?.querySelector('a'), board.querySelector('.card-title')]) {
    node?.focus({ preventScroll: true });
    if (node && document.activeElement === node) return;
  }
}

export function drop(id) {
  const card = cardOf(id);
  if (!card) return;
  keepingFocus(card, () => card.remove());
}
