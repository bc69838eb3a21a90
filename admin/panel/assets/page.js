// Keys of every page: / searches, ? explains; in lists j and k walk, and news come in by themselves.
import { gather } from './util.js';
import { refresh } from './swap.js';

const links = () => [...document.querySelectorAll('[data-list] .title a')];

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input, select, textarea') || document.querySelector('dialog[open]')) return;
  const all = links();
  const at = all.indexOf(document.activeElement);
  const run = {
    j: all.length && (() => all[Math.min(at + 1, all.length - 1)].focus()), k: all.length && (() => all[Math.max(at - 1, 0)].focus()),
    '/': () => (document.querySelector('[data-search]') ?? document.querySelector('.topbar [type="search"]')).focus(), '?': () => document.querySelector('[data-keys]').showModal(),
  }[event.key];
  if (run) { event.preventDefault(); run(); }
});

const update = gather(refresh, 800);
if (document.querySelector('[data-live="list"]')) {
  document.addEventListener('live:message', ({ detail }) => { if (detail.type !== 'ticket_viewed') update(); });
  document.addEventListener('live:back', update);
}
