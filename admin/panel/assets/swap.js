// Brings the parts of a page that are marked data-live up to date with what the server
// renders, and sends forms without leaving the page.
import { expire, loginPath, longest, passes, text, toast, Refused } from './util.js';
import { refreshAges } from './ages.js';

const again = 5000; // milliseconds until what failed is asked for once more
let late = false;
let asked = 0; // questions for this page, in their order
let shown = 0; // of these the latest whose answer is shown
let retry = 0;
const chosen = new Map(); // action of a form → what was chosen in it while it was being sent

export async function fetchPage(url, options = {}) {
  const response = await fetch(url, { ...options, cache: 'no-store', headers: { 'X-Fragment': 'pagina' }, signal: options.method ? null : AbortSignal.timeout(longest) });
  const doc = new DOMParser().parseFromString(await response.text(), 'text/html');
  return { doc, response };
}

// refresh fetches this page again and merges it, in the end also when that fails at first.
export async function refresh() {
  clearTimeout(retry);
  try {
    await fetchAndMerge();
  } catch (error) {
    if (passes(error)) retry = setTimeout(refresh, again);
  }
}

async function fetchAndMerge() {
  const turn = ++asked;
  const { doc, response } = await fetchPage(location.href);
  if (turn < shown) return;
  if (response.status === 401) document.dispatchEvent(new CustomEvent('session:ended'));
  if (response.status === 404) location.reload();
  if (!response.ok) throw new Refused(response.status);
  shown = turn;
  mergePage(doc);
}

export function mergePage(doc, { force = false } = {}) {
  refreshAges(document);
  refreshAges(doc);
  for (const old of document.querySelectorAll('[data-live]')) {
    const fresh = doc.querySelector(`[data-live="${old.dataset.live}"]`);
    if (fresh && !force) keepProblems(old, fresh);
    if (fresh) merge(old, fresh, force);
  }
  document.dispatchEvent(new CustomEvent('swap:merged'));
  for (const node of doc.querySelectorAll('#toasts > *')) {
    document.getElementById('toasts').append(node);
    expire(node);
  }
}

// keepProblems leaves what was wrong with the person's last action until their next one: what others do meanwhile does
// not answer it.
function keepProblems(old, fresh) {
  if (fresh.querySelector('.problem')) return;
  for (const problem of old.querySelectorAll(':scope > .problem')) fresh.append(problem.cloneNode(true));
}

// unfold opens in what is new what somebody opened in what was there.
function unfold(old, fresh) {
  const [was, is] = [old, fresh].map((node) => node.querySelectorAll('details'));
  if (was.length === is.length) was.forEach((fold, i) => { is[i].open = fold.open; });
}

function merge(old, fresh, force) {
  if (!old.querySelector(':scope > [data-key]')) unfold(old, fresh);
  if (old.isEqualNode(fresh)) return;
  if (old.querySelector(':scope > [data-key]') || fresh.querySelector(':scope > [data-key]')) {
    mergeChildren(old, fresh);
  } else if (!force && busy(old)) {
    late = true;
  } else {
    keepingFocus(old, () => { old.replaceWith(fresh); return fresh; });
  }
}

// mergeChildren keeps children that did not change, so that nothing flickers and an open
// editor stays open.
function mergeChildren(old, fresh) {
  const known = new Map([...old.children].map((child) => [child.dataset.key, child]));
  let place = old.firstElementChild;
  for (const child of [...fresh.children]) {
    const before = known.get(child.dataset.key);
    known.delete(child.dataset.key);
    let use = before ?? child;
    if (before) unfold(before, child);
    if (before && !before.isEqualNode(child) && !busy(before)) {
      before.replaceWith(child);
      if (place === before) place = child;
      use = child;
    }
    if (!before) { child.addEventListener('animationend', () => child.classList.remove('fresh')); child.classList.add('fresh'); }
    if (use === place) place = place.nextElementSibling;
    else old.insertBefore(use, place);
  }
  for (const gone of known.values()) if (!busy(gone)) gone.remove();
}

// busy reports whether somebody is typing or choosing there.
function busy(node) {
  const active = document.activeElement;
  return (node.contains(active) && active.matches('input, textarea, select')) || node.querySelector('.edit-comment[open]') !== null;
}

function keepingFocus(old, change) {
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  const fresh = change();
  if (!active) return;
  const same = active.name ? `[name="${CSS.escape(active.name)}"][value="${CSS.escape(active.value)}"], select[name="${CSS.escape(active.name)}"]`
    : active.getAttribute('href') ? `[href="${CSS.escape(active.getAttribute('href'))}"]` : null;
  const next = (same && fresh.querySelector(same)) || fresh.querySelector('a[href], button, select, summary');
  next?.focus({ preventScroll: true });
}

document.addEventListener('focusout', () => setTimeout(() => {
  if (!late || document.activeElement.matches('input, textarea, select')) return;
  late = false;
  refresh();
}));

async function send(form, submitter) {
  const before = asked;
  const fields = new FormData(form, submitter);
  const multipart = form.enctype === 'multipart/form-data';
  const { doc, response } = await fetchPage(form.action, { method: 'POST', body: multipart ? fields : new URLSearchParams(fields) });
  if (response.status === 401) { location.assign(loginPath()); return; }
  if (!doc.querySelector('[data-live]')) {
    toast(doc.querySelector('.error-page .prose')?.textContent ?? text('failed'), { bad: true });
    return;
  }
  if (response.ok) {
    form.dispatchEvent(new CustomEvent('swap:done', { bubbles: true }));
    for (const edit of [form.querySelector('.edit-comment'), form.closest('.edit-comment')]) edit?.removeAttribute('open');
  }
  const overtaken = asked > before; // by a question whose answer may be older or newer than this one
  shown = ++asked;
  mergePage(doc, { force: true });
  if (overtaken) refresh();
  if (!response.ok) document.querySelector('[role="alert"], .problem')?.scrollIntoView({ block: 'nearest' });
}

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.matches('form[data-swap]')) return;
  event.preventDefault();
  if (form.dataset.sending) {
    if (form.matches('[data-autosubmit]')) chosen.set(form.action, new FormData(form));
    return;
  }
  form.dataset.sending = '1';
  event.submitter?.setAttribute('aria-busy', 'true');
  try {
    await send(form, event.submitter);
  } catch {
    toast(text('failed'), { bad: true });
  } finally {
    delete form.dataset.sending;
    event.submitter?.removeAttribute('aria-busy');
    chooseAgain(form.action);
  }
});

// chooseAgain sends what was chosen in a form while its choice before was on its way.
function chooseAgain(action) {
  const fields = chosen.get(action);
  const form = [...document.forms].find((other) => other.action === action);
  chosen.delete(action);
  if (!fields || !form) return;
  for (const select of form.querySelectorAll('select')) select.value = fields.get(select.name);
  form.requestSubmit();
}
