// The board: cards that move, by hand or because somebody moved them elsewhere.
import { text, announce, toast, request, debounce, Refused } from './util.js';
import { refreshAges } from './ages.js';
import { fetchPage } from './swap.js';
import './drag.js';
import './menu.js';
import './keys.js';

const board = document.getElementById('board');
const query = board.dataset.query;
const waiting = new Set(); // ids of cards to fetch again
const held = new Set(); // ids that are in somebody's hand or on their way to the server
const calm = matchMedia('(prefers-reduced-motion: reduce)');

const listOf = (status) => board.querySelector(`[data-cards="${status}"]`);
export const cardOf = (id) => document.getElementById(`cartao-${id}`);
export const columnOf = (status) => document.getElementById(`coluna-${status}`);
export const allowed = (card) => card.dataset.targets.split(' ').filter(Boolean);

function parse(html) {
  const box = document.createElement('template');
  box.innerHTML = html;
  refreshAges(box.content);
  return box.content;
}

// place puts a card where its rank belongs in its column.
function place(card) {
  const list = listOf(card.dataset.status);
  let next = list.firstElementChild;
  while (next && (next === card || (next.dataset.rank && next.dataset.rank <= card.dataset.rank))) next = next.nextElementSibling;
  if (card.parentElement === list && card.nextElementSibling === next) return;
  list.insertBefore(card, next);
}

// show brings a card as the server rendered it to the board.
function show(fresh, { mark = true, mine = false } = {}) {
  if (!mine && held.has(fresh.dataset.id)) { waiting.add(fresh.dataset.id); return; } // taken into the hand meanwhile
  const old = cardOf(fresh.dataset.id);
  const focused = old?.contains(document.activeElement) ? document.activeElement.className : null;
  const moved = !old || old.dataset.status !== fresh.dataset.status;
  const changed = !old || old.dataset.version !== fresh.dataset.version || moved;
  if (old) old.replaceWith(fresh);
  place(fresh);
  if (focused) fresh.querySelector(`.${focused}`)?.focus({ preventScroll: true });
  if (moved && !calm.matches) fresh.animate([{ opacity: 0, transform: 'translateY(-8px) scale(.97)' }, {}], { duration: 260, easing: 'cubic-bezier(.2,.8,.2,1)' });
  if (changed && mark) fresh.classList.add('fresh');
}

function drop(id) {
  const card = cardOf(id);
  if (!card) return;
  if (card.contains(document.activeElement)) (card.nextElementSibling ?? card.previousElementSibling)?.querySelector('a')?.focus();
  card.remove();
}

async function refetch(id, options) {
  try {
    const card = parse(await request(`/fragmentos/cartao/${id}${query}`)).firstElementChild;
    if (card) show(card, options);
  } catch (error) {
    if (error instanceof Refused && (error.status === 404 || error.status === 403)) drop(id);
    else throw error;
  }
}

const refreshCounts = debounce(async () => {
  try {
    const { colunas, pendentes } = await request(`/fragmentos/contagens${query}`);
    for (const node of document.querySelectorAll('[data-count]')) node.textContent = colunas[node.dataset.count] ?? node.textContent;
    document.querySelector('[data-live="pending"]').textContent = pendentes;
  } catch { /* the next message asks again */ }
}, 250);

// work fetches the cards that changed; when too many did, the whole board.
const work = debounce(async () => {
  const ids = [...waiting].filter((id) => !held.has(id));
  if (ids.length > 15) { await catchUp(); return; }
  for (const id of ids) waiting.delete(id);
  await Promise.all(ids.map((id) => refetch(id).catch(() => {})));
  if (ids.length) refreshCounts();
}, 60);

document.addEventListener('live:message', ({ detail }) => {
  if (!detail.ticket_id || detail.type === 'ticket_viewed') return;
  waiting.add(String(detail.ticket_id));
  work();
});
document.addEventListener('live:back', () => catchUp().catch(() => {}));

// same reports whether a column shows what it should, as far as the server rendered it.
function same(list, fresh) {
  const want = [...fresh.querySelectorAll('.card')];
  const have = [...list.querySelectorAll('.card')];
  if (have.length !== want.length && !(fresh.querySelector('[data-more]') && have.length > want.length)) return false;
  return want.every((card, i) => have[i].dataset.id === card.dataset.id && have[i].dataset.version === card.dataset.version);
}

let late = false; // there was something to catch up with while a card was held

// catchUp replaces what the columns show by what they should.
async function catchUp() {
  board.setAttribute('aria-busy', 'true');
  try {
    const { doc, response } = await fetchPage(location.href);
    late = held.size > 0;
    if (response.ok && !late) replaceCards(doc);
  } finally {
    board.removeAttribute('aria-busy');
  }
}

function replaceCards(doc) {
  waiting.clear();
  const focused = document.activeElement.closest?.('.card')?.id;
  for (const fresh of doc.querySelectorAll('[data-cards]')) {
    const list = listOf(fresh.dataset.cards);
    if (same(list, fresh)) continue;
    refreshAges(fresh);
    list.replaceChildren(...fresh.children);
  }
  if (focused) document.getElementById(focused)?.querySelector('a')?.focus({ preventScroll: true });
  observeMore();
  refreshCounts();
}

export function hold(id) { held.add(id); }
export function free(id) {
  held.delete(id);
  if (late && !held.size) catchUp().catch(() => {});
  else if (waiting.has(id)) work();
}

function bump(status, by) {
  for (const node of document.querySelectorAll(`[data-count="${status}"]`)) node.textContent = Number(node.textContent) + by;
}

const nameOf = (status) => columnOf(status).dataset.name;

// move takes a card to another column at once and asks the server; when it refuses, the
// card goes back and the person is told why.
export async function move(card, status, { undoing = false } = {}) {
  const { id, status: from, version } = card.dataset;
  const number = id;
  if (!allowed(card).includes(status)) { announce(text('nowhere', { number })); return; }
  const focused = card.contains(document.activeElement);
  hold(id);
  card.dataset.status = status;
  place(card);
  bump(from, -1);
  bump(status, 1);
  if (focused) card.querySelector('.card-title').focus();
  try {
    const now = await request(`/chamados/${id}/status`, { status, versao: version });
    card.dataset.version = now.versao;
    const message = undoing ? text('undone', { number }) : text('moved', { number, status: nameOf(status) });
    const back = { label: text('undo'), run: () => { const shown = cardOf(id); if (shown) move(shown, from, { undoing: true }); } };
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
}

export async function take(card) {
  const { id } = card.dataset;
  try {
    await request(`/chamados/${id}/assumir`, {});
    toast(text('taken', { number: id }));
  } catch (error) {
    toast(error instanceof Refused ? error.message : text('offline'), { bad: true });
  }
  waiting.add(id);
  work();
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
    const more = parse(await request(link.dataset.next));
    const next = more.querySelector('[data-more]');
    for (const card of [...more.querySelectorAll('.card')]) if (!cardOf(card.dataset.id)) place(card);
    if (next) { node.replaceWith(next); seen.observe(next); } else node.remove();
  } catch {
    delete node.dataset.loading;
  }
}

board.addEventListener('click', (event) => {
  const more = event.target.closest('[data-more]');
  if (!more) return;
  event.preventDefault();
  loadMore(more);
});
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
