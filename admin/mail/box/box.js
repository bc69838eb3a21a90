// Shows new messages as they come, without taking away what is being read.
const shown = document.documentElement.dataset.newest;
setInterval(async () => {
  if (document.hidden) return;
  const newest = await fetch('/correio/novas').then((r) => r.text()).catch(() => shown);
  if (newest === shown) return;
  const doc = new DOMParser().parseFromString(await fetch(location.href).then((r) => r.text()), 'text/html');
  document.querySelector('nav').replaceWith(doc.querySelector('nav'));
}, 2000);
