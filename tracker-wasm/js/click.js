// Clicks, and what answers them. Which of them are dead, and which are rage, the core finds out.
import { element } from './element.js';
import { record, tell } from './log.js';
import { now } from './page.js';

const CLICKABLE = 'a,button,input,select,textarea,label,summary,[role=button],[onclick],[data-snag]';

// Milliseconds for which a click waits for an answer, and those between two changes of what changes by itself.
const WAITING = 2500;
const TICK = 1200;

// When the pointer went down, and the ways to answer that are still to be told, a bit each.
let down;
let ways;
let last;

export const press = (event, path, time) => {
  down = time;
  ways = 7;
  tell(1, down);
};

export const answer = (how) => {
  if (ways & (1 << how) && now() - down < WAITING) {
    ways ^= 1 << how;
    tell(7, now(), how);
  }
};

export const click = (event, path, time, isEarly) => {
  const { button, clientX, clientY, detail, isTrusted, pageX, pageY, timeStamp } = event;
  // Of the other buttons only the middle one follows links; what scripts click, no visitor did; a click on a label comes
  // again, at the same time, as one on its field.
  if (!isTrusted || button > 1 || timeStamp == last) return;
  last = timeStamp;
  if (!detail) press(0, 0, time);
  // The nearest clickable element, through shadow roots; the innermost one where nothing clickable was hit.
  const node = path.find((node) => node.matches && node.matches(CLICKABLE)) || path[0];
  const { x, y, width, height } = node.getBoundingClientRect();
  record(2, time, element(node), pageX, pageY, clientX - x, clientY - y, width, height);
  tell(2, time, element(node), pageX, pageY, isEarly);
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
