// Files of a form: chosen, dropped or pasted, each named and taken back by its button.
import { element, text } from './util.js';

for (const input of document.querySelectorAll('[data-files]')) {
  const { form } = input;
  const box = form.querySelector('[data-chosen]');

  const chip = (file) => {
    const button = element('button', { type: 'button', textContent: '×' });
    button.setAttribute('aria-label', text('remove', { name: file.name }));
    button.addEventListener('click', () => { keep([...input.files].filter((other) => other !== file)); input.focus(); });
    return element('span', { className: 'chosen-file' }, element('span', { className: 'file-name', textContent: file.name }), button);
  };
  const show = () => box.replaceChildren(...[...input.files].map(chip));
  const keep = (files) => {
    const all = new DataTransfer();
    for (const file of files) all.items.add(file);
    input.files = all.files;
    show();
  };
  const take = (event, files) => {
    if (!files.length) return;
    event.preventDefault();
    keep([...input.files, ...files]);
  };

  input.addEventListener('change', show);
  form.addEventListener('paste', (event) => take(event, event.clipboardData.files));
  form.addEventListener('dragover', (event) => { if (event.dataTransfer.types.includes('Files')) event.preventDefault(); form.classList.add('dropping'); });
  form.addEventListener('dragleave', (event) => { if (!form.contains(event.relatedTarget)) form.classList.remove('dropping'); });
  form.addEventListener('drop', (event) => { form.classList.remove('dropping'); take(event, event.dataTransfer.files); });
  form.addEventListener('swap:done', () => keep([]));
}
