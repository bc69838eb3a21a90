// What others do to the board, as it is heard: single cards, or everything when some of it was missed.
import { calm, gather, latest, passes, request, Refused } from './util.js';
import { refreshAges } from './ages.js';
import { fetchPage } from './swap.js';
import { board, cardOf, drop, listOf, parse, place } from './cards.js';

const query = board.dataset.query;
const waiting = new Set(); // ids of cards to fetch again
const held = new Set(); // ids that are in somebody's hand or on their way to the server
const heard = new Map(); // id of a card → when it was last heard of, or moved here
const again = 5000; // milliseconds until what failed is asked for once more
let clock = 0; // goes on with everything that is heard

export const moment = () => clock;
const note = (id) => heard.set(id, ++clock);

// newer reports whether a card may be newer here than in the answer to what was asked then.
export const newer = (id, then) => held.has(id) || (heard.get(id) ?? 0) > then;

// show brings a card as the server rendered it to the board.
function show(fresh, { mark = true, mine = false } = {}) {
  const { id, status, version } = fresh.dataset;
  if (!mine && held.has(id)) { waiting.add(id); return; } // taken into the hand meanwhile
  const old = cardOf(id);
  if (old && Number(old.dataset.version) > Number(version)) return; // overtaken on its way
  const focused = old?.contains(document.activeElement) ? document.activeElement.className : null;
  const moved = !old || old.dataset.status !== status;
  const changed = moved || old.dataset.version !== version;
  if (old) old.replaceWith(fresh);
  place(fresh);
  if (focused) fresh.querySelector(`.${focused}`)?.focus({ preventScroll: true });
  if (moved && !calm.matches) fresh.animate([{ opacity: 0, transform: 'translateY(-8px) scale(.97)' }, {}], { duration: 260, easing: 'cubic-bezier(.2,.8,.2,1)' });
  if (changed && mark) fresh.classList.add('fresh');
}

export async function refetch(id, options) {
  try {
    const card = parse(await request(`/fragmentos/cartao/${id}${query}`)).firstElementChild;
    if (card) show(card, options);
  } catch (error) {
    if (error.status === 404 || error.status === 403) drop(id);
    else throw error;
  }
}

const count = latest(() => request(`/fragmentos/contagens${query}`), ({ colunas, pendentes }) => {
  for (const node of document.querySelectorAll('[data-count]')) node.textContent = colunas[node.dataset.count] ?? node.textContent;
  document.querySelector('[data-live="pending"]').textContent = pendentes;
});
export const refreshCounts = gather(() => count().catch((error) => { if (passes(error)) setTimeout(refreshCounts, again); }), 250);

// work fetches the cards that changed; when too many did, the whole board.
const work = gather(async () => {
  const ids = [...waiting].filter((id) => !held.has(id));
  if (ids.length > 15) { catchUp(); return; }
  for (const id of ids) waiting.delete(id);
  await Promise.all(ids.map((id) => refetch(id).catch((error) => { if (passes(error)) later(id); })));
  if (ids.length) refreshCounts();
}, 60);

function later(id) {
  waiting.add(id);
  setTimeout(work, again);
}

// hear has a card fetched again.
export function hear(id) {
  note(id);
  waiting.add(id);
  work();
}

document.addEventListener('live:message', ({ detail }) => {
  if (detail.ticket_id && detail.type !== 'ticket_viewed') hear(String(detail.ticket_id));
});
document.addEventListener('live:back', () => catchUp());

// catchUp replaces what the columns show by what they should.
async function catchUp() {
  waiting.clear();
  board.setAttribute('aria-busy', 'true');
  try {
    await everything();
  } catch (error) {
    if (passes(error)) setTimeout(catchUp, again);
  } finally {
    board.removeAttribute('aria-busy');
  }
}

const everything = latest(async () => {
  const then = clock;
  const { doc, response } = await fetchPage(location.href);
  if (!response.ok) throw new Refused(response.status);
  return { doc, then };
}, replaceCards);

// replaceCards leaves what was heard of, or is in somebody's hand, since the page was asked for.
function replaceCards({ doc, then }) {
  const focused = document.activeElement.closest?.('.card')?.id;
  for (const card of doc.querySelectorAll('.card')) if (newer(card.dataset.id, then)) card.remove();
  const kept = [...board.querySelectorAll('.card')].filter((card) => newer(card.dataset.id, then));
  for (const card of kept) card.remove();
  for (const fresh of doc.querySelectorAll('[data-cards]')) {
    const list = listOf(fresh.dataset.cards);
    if (same(list, fresh)) continue;
    refreshAges(fresh);
    list.replaceChildren(...fresh.children);
  }
  kept.forEach(place);
  for (const id of held) waiting.add(id);
  if (focused) document.getElementById(focused)?.querySelector('a')?.focus({ preventScroll: true });
  board.dispatchEvent(new CustomEvent('board:replaced'));
  refreshCounts();
}

// same reports whether a column shows what it should, as far as the server rendered it.
function same(list, fresh) {
  const want = [...fresh.querySelectorAll('.card')];
  const have = [...list.querySelectorAll('.card')];
  if (have.length !== want.length && !(fresh.querySelector('[data-more]') && have.length > want.length)) return false;
  return want.every((card, i) => have[i].dataset.id === card.dataset.id && have[i].dataset.version === card.dataset.version);
}

export function hold(id) {
  note(id);
  held.add(id);
}

export function free(id) {
  note(id);
  held.delete(id);
  if (waiting.has(id)) work();
}
