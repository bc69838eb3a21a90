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
  list.insertBefore(card, next);
}

export function drop(id) {
  const card = cardOf(id);
  if (!card) return;
  if (card.contains(document.activeElement)) (card.nextElementSibling ?? card.previousElementSibling)?.querySelector('a')?.focus();
  card.remove();
}
