// Forms that are sent from where they stand: what is wrong shows in them, and the files that were
// chosen stay chosen.
import { refreshAges } from './ages.js';
import { loginPath, text, toast } from './util.js';

async function send(form, submitter) {
  const fields = new FormData(form, submitter);
  if (!form.checkValidity()) for (const input of form.querySelectorAll('[data-files]')) fields.delete(input.name); // it will come back
  const response = await fetch(form.action, { method: 'POST', body: fields, headers: { 'X-Fragment': 'envio' } });
  if ((response.headers.get('Content-Type') ?? '').includes('json')) {
    location.assign((await response.json()).ir);
    return;
  }
  const doc = new DOMParser().parseFromString(await response.text(), 'text/html');
  const fresh = doc.querySelector('form[data-send]');
  if (fresh) show(form, fresh);
  else if (response.status === 401) toast(text('ended'), { bad: true, time: 60000, action: { label: text('login'), run: () => open(loginPath(), '_blank') } });
  else toast(doc.querySelector('.error-page .prose')?.textContent ?? text('failed'), { bad: true, time: 12000 });
}

// show puts the form as the server answered it in the place of what is there, but for the files.
function show(form, fresh) {
  for (const kept of ['[data-files]', '[data-chosen]']) fresh.querySelector(kept)?.replaceWith(form.querySelector(kept));
  refreshAges(fresh);
  form.replaceChildren(...fresh.childNodes);
  const wrong = form.querySelector('[aria-invalid="true"]') ?? form.querySelector('.problem')?.closest('fieldset')?.querySelector('input');
  wrong?.focus();
  (wrong ?? form.querySelector('.problem'))?.scrollIntoView({ block: 'center' });
}

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.matches('form[data-send]')) return;
  event.preventDefault();
  if (form.getAttribute('aria-busy')) return;
  form.setAttribute('aria-busy', 'true');
  event.submitter?.setAttribute('aria-busy', 'true');
  try {
    await send(form, event.submitter);
  } catch {
    toast(text('offline'), { bad: true });
  } finally {
    form.removeAttribute('aria-busy');
    event.submitter?.removeAttribute('aria-busy');
  }
});
