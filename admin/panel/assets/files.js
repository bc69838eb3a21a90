// Files of a form: chosen, dropped or pasted, each named and taken back by its button.
import { element, text, toast } from './util.js';

const size = (bytes) => `${Math.round(bytes / 2 ** 20)} MB`;

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
  // keep takes what the server would take, and says of the rest at once why not.
  const keep = (files) => {
    const all = new DataTransfer();
    const most = Number(input.dataset.most);
    let sum = 0;
    for (const file of files) {
      const wrong = file.size > most ? ['tooBig', most] : sum + file.size > 3 * most - 2 ** 20 ? ['tooMuch', 3 * most] : null;
      if (wrong) { toast(text(wrong[0], { name: file.name, max: size(wrong[1]) }), { bad: true }); continue; }
      sum += file.size;
      all.items.add(file);
    }
    input.files = all.files;
    show();
  };
  const take = (event, files) => {
    if (!files.length) return;
    event.preventDefault();
    keep([...input.files, ...files]);
  };

  input.addEventListener('change', () => keep(input.files));
  form.addEventListener('paste', (event) => take(event, event.clipboardData.files));
  form.addEventListener('dragover', (event) => { if (event.dataTransfer.types.includes('Files')) event.preventDefault(); form.classList.add('dropping'); });
  form.addEventListener('dragleave', (event) => { if (!form.contains(event.relatedTarget)) form.classList.remove('dropping'); });
  form.addEventListener('drop', (event) => { form.classList.remove('dropping'); take(event, event.dataTransfer.files); });
  form.addEventListener('swap:done', () => keep([]));
}
