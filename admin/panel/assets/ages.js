// Keeps "5 min" true on a page that stays open all day.
import { text } from './util.js';

export function age(ms) {
  const minutes = Math.floor(ms / 60000);
  if (minutes < 1) return text('ageNow');
  if (minutes < 60) return text('ageMinutes', { n: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return text('ageHours', { n: hours });
  return text('ageDays', { n: Math.floor(hours / 24) });
}

export function refreshAges(root = document) {
  const now = Date.now();
  for (const node of root.querySelectorAll('time[data-age]')) {
    const words = age(now - Date.parse(node.dateTime));
    if (node.textContent !== words) node.textContent = words;
  }
}

setInterval(refreshAges, 30000);
