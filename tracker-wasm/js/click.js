// Clicks, and what answers them. Which of them are dead, and which are rage, the core finds out.
import { clickable, element } from './element.js';
import { FIELD } from './form.js';
import { tell } from './log.js';
import { now } from './page.js';

// Milliseconds for which a click waits for an answer, and those between two changes of what changes by itself.
const WAITING = 2500;
const TICK = 1200;

// When the pointer went down, and the ways to answer that are still to be told, a bit each.
let down;
let ways;
// When the last click was: one on a label comes again as one on its field, at the same time.
let last;

const clamp = (number) => Math.max(0, Math.min(number, 65535));

export const press = () => {
  down = now();
  ways = 7;
  tell(1, down);
};

export const answer = (how) => {
  if (ways & (1 << how) && now() - down < WAITING) {
    ways ^= 1 << how;
    tell(7, now(), how);
  }
};

export const click = (event, target) => {
  // Of the other buttons only the middle one follows links; what scripts click, no visitor did.
  if (!event.isTrusted || event.button > 1 || event.timeStamp == last) return;
  last = event.timeStamp;
  if (!event.detail) press();
  const node = clickable(target);
  const place = element(node);
  const { x, y, width, height } = node.getBoundingClientRect();
  const point = [clamp(event.pageX), clamp(event.pageY)];
  // Fields need no answer to be seen, and are clicked often; nor do links that lead away.
  const marks = node.matches(FIELD + ',canvas,video,label,[contenteditable]') * 3 | node.matches('a[href]:not([href^="#"])');
  const time = now();
  tell(13, time, 2, 365568, 0, 0, 0, 0, 0, ...point, place, clamp(((event.clientX - x) / width) * 1e3), clamp(((event.clientY - y) / height) * 1e3));
  tell(2 | (marks << 8), time, 6, 345, 2, place, ...point);
};

// Parts of the page that change by themselves, with how often they did in a row and when last.
const tickers = new WeakMap();

export const changed = (changes) =>
  changes.map(({ target }) => {
    const time = now();
    const [times, when] = tickers.get(target) || [0, 0];
    const isLately = time - when < TICK;
    if (time - down < WAITING && !(times > 2 && isLately)) answer(0);
    else if (time > when) tickers.set(target, [isLately ? times + 1 : 1, time]);
  });
