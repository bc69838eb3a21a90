// Dragging a card, with a mouse at once and with a finger after a short press, so that a
// finger still scrolls.
import { announce, calm, text } from './util.js';
import { allowed, board, cardOf } from './cards.js';
import { free, hold } from './news.js';
import { move } from './board.js';

const slack = 6; // pixels before a press becomes a drag
const press = 260; // milliseconds a finger must rest
const edge = 56; // pixels from the side at which the board scrolls
let drag = null;

board.addEventListener('dragstart', (event) => event.preventDefault());

board.addEventListener('pointerdown', (event) => {
  const card = event.target.closest('.card');
  if (!card || drag || event.button !== 0 || event.target.closest('.card-menu') || !allowed(card).length) return;
  drag = { card, pointer: event.pointerId, finger: event.pointerType !== 'mouse', x: event.clientX, y: event.clientY, startX: event.clientX, startY: event.clientY };
  if (drag.finger) drag.timer = setTimeout(lift, press);
});

addEventListener('pointermove', (event) => {
  if (!drag || event.pointerId !== drag.pointer) return;
  if (!event.buttons) { (drag.ghost ? cancel : abandon)(); return; } // let go of elsewhere
  drag.x = event.clientX;
  drag.y = event.clientY;
  const far = Math.hypot(drag.x - drag.startX, drag.y - drag.startY) > slack;
  if (!drag.ghost && far) {
    if (drag.finger) abandon();
    else lift();
  }
});

addEventListener('pointerup', (event) => { if (event.pointerId === drag?.pointer) (drag.ghost ? release() : abandon()); });
addEventListener('pointercancel', (event) => { if (event.pointerId === drag?.pointer) (drag.ghost ? cancel() : abandon()); });
addEventListener('keydown', (event) => { if (event.key === 'Escape' && drag?.ghost) { event.preventDefault(); cancel(); } });
addEventListener('touchmove', (event) => { if (drag?.ghost) event.preventDefault(); }, { passive: false });
board.addEventListener('contextmenu', (event) => { if (drag?.finger) event.preventDefault(); });

function abandon() {
  clearTimeout(drag.timer);
  drag = null;
}

// lift takes the card into the hand.
function lift() {
  const card = cardOf(drag.card.dataset.id); // news may have replaced it since the press
  if (!card) { abandon(); return; }
  drag.card = card;
  const box = card.getBoundingClientRect();
  const copy = card.cloneNode(true);
  copy.removeAttribute('id');
  copy.classList.add('ghost-tilt');
  copy.classList.remove('fresh');
  drag.ghost = document.createElement('div');
  drag.ghost.className = 'ghost';
  drag.ghost.setAttribute('aria-hidden', 'true');
  drag.ghost.append(copy);
  drag.ghost.style.width = `${box.width}px`;
  drag.dx = drag.startX - box.left;
  drag.dy = drag.startY - box.top;
  drag.veil = document.createElement('div');
  drag.veil.className = 'veil';
  drag.veil.addEventListener('wheel', wheel, { passive: true });
  document.body.append(drag.veil, drag.ghost);
  board.setPointerCapture(drag.pointer);
  hold(card.dataset.id);
  card.classList.add('held');
  document.documentElement.classList.add('dragging');
  getSelection()?.removeAllRanges();
  const targets = allowed(card);
  for (const column of board.querySelectorAll('.column')) {
    const { status } = column.dataset;
    column.classList.add(targets.includes(status) ? 'may' : status === card.dataset.status ? 'home' : 'not');
  }
  if (drag.finger && navigator.userActivation?.hasBeenActive) navigator.vibrate?.(8);
  announce(text('picked', { number: card.dataset.id }));
  drag.frame = requestAnimationFrame(follow);
}

// columnAt asks the columns where they are: asking the page what is below the hand makes it look at every card.
function columnAt(x, y) {
  for (const column of board.querySelectorAll('.column')) {
    const box = column.getBoundingClientRect();
    if (x >= box.left && x < box.right && y >= box.top && y < box.bottom) return column;
  }
  return null;
}

// wheel scrolls the column below the hand, which the veil hides from the wheel.
function wheel(event) {
  columnAt(event.clientX, event.clientY)?.querySelector('.column-body').scrollBy(0, event.deltaY);
}

// follow runs once a frame: the ghost follows the hand, the board scrolls at its edges.
function follow() {
  if (!drag?.ghost) return;
  drag.ghost.style.transform = `translate3d(${drag.x - drag.dx}px, ${drag.y - drag.dy}px, 0)`;
  const over = columnAt(drag.x, drag.y);
  if (over !== drag.over) {
    drag.over?.classList.remove('over');
    drag.over = over;
    if (over?.classList.contains('may')) {
      over.classList.add('over');
      announce(text('over', { status: over.dataset.name }));
    }
  }
  const box = board.getBoundingClientRect();
  if (drag.x < box.left + edge) board.scrollLeft -= (box.left + edge - drag.x) / 4;
  else if (drag.x > box.right - edge) board.scrollLeft += (drag.x - box.right + edge) / 4;
  drag.frame = requestAnimationFrame(follow);
}

function release() {
  const { card, ghost } = drag;
  // The frame may be behind the hand.
  const over = columnAt(drag.x, drag.y);
  const target = over?.classList.contains('may') ? over.dataset.status : null;
  const from = ghost.getBoundingClientRect();
  swallowClick();
  end();
  if (!target) { settle(card, from); announce(text('dropped', { number: card.dataset.id })); return; }
  move(card, target);
  settle(card, from);
}

function cancel() {
  const { card, ghost } = drag;
  const from = ghost.getBoundingClientRect();
  swallowClick();
  end();
  settle(card, from);
  announce(text('dropped', { number: card.dataset.id }));
}

function end() {
  const { card, ghost, veil, frame } = drag;
  cancelAnimationFrame(frame);
  ghost.remove();
  veil.remove();
  card.classList.remove('held');
  document.documentElement.classList.remove('dragging');
  for (const column of board.querySelectorAll('.column')) column.classList.remove('may', 'not', 'home', 'over');
  drag = null;
  free(card.dataset.id);
}

// settle lets the card glide from the hand to its place.
function settle(card, from) {
  if (calm.matches) return;
  const to = card.getBoundingClientRect();
  card.animate([{ transform: `translate(${from.left - to.left}px, ${from.top - to.top}px) rotate(2deg)`, zIndex: 5 }, { transform: 'none', zIndex: 5 }], { duration: 220, easing: 'cubic-bezier(.2,.8,.2,1)' });
}

function swallowClick() {
  const stop = (event) => { event.preventDefault(); event.stopPropagation(); };
  addEventListener('click', stop, { capture: true, once: true });
  setTimeout(() => removeEventListener('click', stop, { capture: true }), 0);
}
