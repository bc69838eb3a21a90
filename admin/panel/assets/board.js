// The board: cards that move by hand, and columns that go on as they are scrolled.
import { announce, calm, request, text, toast, Refused } from './util.js';
import { allowed, board, cardOf, columnOf, parse, place } from './cards.js';
import { free, hear, hold, moment, newer, refetch, refreshCounts } from './news.js';
import './drag.js';
import './menu.js';
import './keys.js';

function bump(status, by) {
  for (const node of document.querySelectorAll(`[data-count="${status}"]`)) node.textContent = Number(node.textContent) + by;
}

const moves = new Map(); // id of a card → the last of its moves, which wait for each other
const nameOf = (status) => columnOf(status).dataset.name;

// move takes a card to another column at once and asks the server; when it refuses, the
// card goes back and the person is told why.
export async function move({ dataset: { id } }, status, options = {}) {
  const before = moves.get(id);
  const turn = (async () => {
    await before;
    const card = cardOf(id); // news may have replaced it meanwhile
    if (card) await moveNow(card, status, options);
  })();
  moves.set(id, turn);
  await turn;
  if (moves.get(id) === turn) moves.delete(id);
}

async function moveNow(card, status, { undoing = false }) {
  const { id, status: from, version } = card.dataset;
  const number = id;
  if (!allowed(card).includes(status)) { announce(text('nowhere', { number })); return; }
  hold(id);
  card.dataset.status = status;
  place(card);
  bump(from, -1);
  bump(status, 1);
  try {
    const now = await request(`/chamados/${id}/status`, { status, versao: version });
    card.dataset.version = now.versao;
    const message = undoing ? text('undone', { number }) : text('moved', { number, status: nameOf(status) });
    const back = { label: text('undo'), run: () => move(card, from, { undoing: true }) };
    await refetch(id, { mark: false, mine: true }).catch(() => {});
    toast(message, undoing ? {} : { action: cardOf(id) && allowed(cardOf(id)).includes(from) ? back : null });
    announce(message);
  } catch (error) {
    await putBack(cardOf(id) ?? card, from, status, error);
  } finally {
    free(id);
    refreshCounts();
  }
}

async function putBack(card, from, status, error) {
  const number = card.dataset.id;
  card.dataset.status = from;
  place(card);
  bump(status, -1);
  bump(from, 1);
  const reason = error instanceof Refused ? error.message : text('offline');
  toast(text('refused', { number, reason }), { bad: true, time: 10000 });
  if (error instanceof Refused) await refetch(number, { mine: true }).catch(() => {});
  else hear(number); // the server may have done it all the same
}

export async function take(card) {
  const { id } = card.dataset;
  try {
    await request(`/chamados/${id}/assumir`, {});
    toast(text('taken', { number: id }));
  } catch (error) {
    toast(error instanceof Refused ? error.message : text('offline'), { bad: true });
  }
  hear(id);
}

// Columns go on as they are scrolled.
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) loadMore(entry.target);
}, { rootMargin: '400px' });

function observeMore() {
  for (const node of board.querySelectorAll('[data-more]')) seen.observe(node);
}

async function loadMore(node) {
  const link = node.querySelector('a');
  if (node.dataset.loading) return;
  node.dataset.loading = '1';
  try {
    const then = moment();
    const more = parse(await request(link.dataset.next));
    if (!node.isConnected) return; // everything was fetched again meanwhile
    const next = more.querySelector('[data-more]');
    for (const card of [...more.querySelectorAll('.card')]) if (!cardOf(card.dataset.id) && !newer(card.dataset.id, then)) place(card);
    if (next) { node.replaceWith(next); seen.observe(next); } else node.remove();
  } catch {
    delete node.dataset.loading;
    seen.unobserve(node);
    setTimeout(() => { if (node.isConnected) seen.observe(node); }, 5000);
  }
}

board.addEventListener('click', (event) => {
  const more = event.target.closest('[data-more]');
  if (!more) return;
  event.preventDefault();
  loadMore(more);
});
board.addEventListener('board:replaced', observeMore);
observeMore();

// The switcher of narrow screens follows the column in sight.
const sight = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const tab = document.querySelector(`.switcher [data-for="${entry.target.dataset.status}"]`);
    if (entry.isIntersecting) tab?.setAttribute('aria-current', 'true');
    else tab?.removeAttribute('aria-current');
  }
}, { root: board, threshold: 0.6 });
for (const column of board.querySelectorAll('.column')) sight.observe(column);
document.querySelector('.switcher').addEventListener('click', (event) => {
  const tab = event.target.closest('a');
  if (!tab) return;
  event.preventDefault();
  const column = columnOf(tab.dataset.for);
  const fold = column.querySelector('details');
  if (fold) fold.open = true;
  column.scrollIntoView({ behavior: calm.matches ? 'auto' : 'smooth', inline: 'center', block: 'nearest' });
});
