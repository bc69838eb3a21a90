// What others do to the board, as it is heard: single cards, or everything when some of it was missed.
import { calm, gather, latest, passes, request, Refused } from './util.js';
import { refreshAges } from './ages.js';
import { fetchPage } from './swap.js';
import { board, cardOf, drop, keepingFocus, listOf, parse, place } from './cards.js';

const query = board.dataset.query;
const waiting = new Set(); // ids of cards to fetch again
const held = new Map(); // id of a card in somebody's hand or on its way to the server → how many times over
const heard = new Map(); // id of a card → when it was last heard of, or moved here
const answered = new Map(); // id of a card → when what is shown of it was asked for
const again = 5000; // milliseconds until what failed is asked for once more
let clock = 0; // goes on with everything that is heard or asked
let whole = 0; // when the page that is shown was asked for

export const moment = () => clock;
const note = (id) => heard.set(id, ++clock);

// newer reports whether a card may be newer here than in the answer to what was asked then.
export const newer = (id, then) => held.has(id) || (heard.get(id) ?? 0) > then;

// show brings a card as the server rendered it to the board.
function show(fresh, { mark = true, mine = false } = {}) {
  const { id, status, version } = fresh.dataset;
  if ((held.get(id) ?? 0) > (mine ? 1 : 0)) { waiting.add(id); return; } // taken into the hand meanwhile
  const old = cardOf(id);
  if (old && Number(old.dataset.version) > Number(version)) return; // overtaken on its way
  const moved = !old || old.dataset.status !== status;
  const changed = moved || old.dataset.version !== version;
  keepingFocus(old, () => {
    old?.replaceWith(fresh);
    place(fresh);
    return fresh;
  });
  if (moved && !calm.matches) fresh.animate([{ opacity: 0, transform: 'translateY(-8px) scale(.97)' }, {}], { duration: 260, easing: 'cubic-bezier(.2,.8,.2,1)' });
  if (changed && mark) fresh.classList.add('fresh');
}

// refetch brings one card as it is now, unless what is shown was asked for later.
export async function refetch(id, options) {
  const then = ++clock;
  let card = null; // not, or no longer, this person's or this board's
  try {
    card = parse(await request(`/fragmentos/cartao/${id}${query}`)).firstElementChild;
  } catch (error) {
    if (error.status !== 404 && error.status !== 403) throw error;
  }
  if (then < Math.max(whole, answered.get(id) ?? 0)) return;
  answered.set(id, then);
  if (card) show(card, options);
  else drop(id);
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
  const then = ++clock;
  const { doc, response } = await fetchPage(location.href);
  if (!response.ok) throw new Refused(response.status);
  await Promise.all([...doc.querySelectorAll('[data-cards]')].map(asFar));
  return { doc, then };
}, replaceCards);

const moreOf = (list) => list.querySelector('[data-more]');

// asFar fetches as much of a column as is shown of it.
async function asFar(fresh) {
  const want = listOf(fresh.dataset.cards).querySelectorAll('.card').length;
  while (moreOf(fresh) && fresh.querySelectorAll('.card').length < want) {
    moreOf(fresh).replaceWith(parse(await request(moreOf(fresh).querySelector('a').dataset.next)));
  }
}

// replaceCards leaves what was heard of, or is in somebody's hand, since the page was asked for; that is fetched anew.
function replaceCards({ doc, then }) {
  const later = (card) => newer(card.dataset.id, then);
  const focused = document.activeElement.closest?.('.card');
  const kept = [...board.querySelectorAll('.card')].filter(later);
  for (const card of [...doc.querySelectorAll('.card')].filter(later).concat(kept)) card.remove();
  refreshAges(board);
  for (const fresh of doc.querySelectorAll('[data-cards]')) fill(listOf(fresh.dataset.cards), fresh);
  kept.forEach(place);
  if (focused && !board.contains(document.activeElement)) (cardOf(focused.dataset.id) ?? board).querySelector('.card-title')?.focus({ preventScroll: true });
  whole = then;
  for (const id of waiting) if (!newer(id, then)) waiting.delete(id);
  for (const card of kept) waiting.add(card.dataset.id);
  if (kept.length) work();
  board.dispatchEvent(new CustomEvent('board:replaced'));
  refreshCounts();
}

// fill has a column show what the server rendered; what is the same already stays.
function fill(list, fresh) {
  refreshAges(fresh);
  const nodes = [...fresh.children].map((node) => {
    const old = node.matches('.card') ? cardOf(node.dataset.id) : moreOf(list);
    return old && plain(old).isEqualNode(plain(node)) ? old : node;
  });
  if (nodes.length !== list.children.length || nodes.some((node, i) => node !== list.children[i])) list.replaceChildren(...nodes);
}

// plain is a card but for the mark of what has just changed.
function plain(card) {
  const copy = card.cloneNode(true);
  copy.classList.remove('fresh');
  return copy;
}

export function hold(id) {
  note(id);
  held.set(id, (held.get(id) ?? 0) + 1);
}

export function free(id) {
  note(id);
  const left = held.get(id) - 1;
  if (left) held.set(id, left);
  else held.delete(id);
  if (waiting.has(id)) work();
}
