// The import: a file is sent as soon as it is chosen or dropped, and a running one is
// followed until it ends.
import { refresh } from './swap.js';

const drop = document.querySelector('[data-import-drop]');
if (drop) {
  const zone = drop.querySelector('.drop');
  const input = drop.querySelector('input[type="file"]');
  for (const type of ['dragenter', 'dragover']) zone.addEventListener(type, () => zone.classList.add('over'));
  for (const type of ['dragleave', 'drop']) zone.addEventListener(type, () => zone.classList.remove('over'));
  input.addEventListener('change', () => {
    if (!input.files.length) return;
    zone.setAttribute('aria-busy', 'true');
    drop.requestSubmit();
  });
}

const state = () => document.querySelector('[data-import]')?.dataset.import;
async function follow() {
  if (state() !== 'andamento') return;
  await refresh();
  setTimeout(follow, 600);
}
follow();
