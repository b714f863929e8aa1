// Which links, buttons and creatives are on the page and on the screen, and what part of the page is. Nothing here has the
// page laid out: the browser tells once it is.
import { element, elements } from './element.js';
import { flush, resize, tell } from './log.js';
import { now, once, safe } from './page.js';

const FOUND = 'a[href],button,[role=button],[data-snag],[data-snag-ad]';

// Square pixels from which on less of a creative has to be on the screen.
const LARGE = 242500;
// Milliseconds at a stretch, and from a change of the page to the next look at it.
const STRETCH = 1;
const REST = 1e3;

// What was found is sent once it may have been seen, and not with what is sent on leaving, which cannot be compressed.
const soon = once(flush, 2 * REST);

let waiting;
// What is looked at in this view; a click may have given an element its number before.
let watched;

// Where the page's corner is in the window.
let corner = new DOMRect();

const seen = new IntersectionObserver(
  (entries) =>
    entries.map(({ target, intersectionRatio, boundingClientRect: { x, y, width, height } }) => {
      const number = element(target);
      if (number) elements[~number].b = [x - corner.x, y - corner.y, width, height].map(Math.round);
      tell(8, now(), number, intersectionRatio >= (width * height >= LARGE && target.matches('[data-snag-ad]') ? 0.3 : 0.5));
    }),
  { threshold: [0.3, 0.5] },
);

// In a frame of another site there is no word of the viewport.
const scrolled = new IntersectionObserver(
  safe(([{ boundingClientRect, rootBounds }]) => {
    const { top, height } = (corner = boundingClientRect);
    const { width, height: shown } = rootBounds;
    resize([width, shown]);
    tell(6, now(), (-top / height) * 100, ((shown - top) / height) * 100);
  }),
);

export const look = () => {
  scrolled.disconnect();
  scrolled.observe(document.documentElement);
};

const idle = () =>
  waiting[0] &&
  (window.requestIdleCallback || setTimeout)(safe(() => {
    const end = performance.now() + STRETCH;
    while (waiting[0] && performance.now() < end) {
      const node = waiting.pop();
      if (!watched.has(node) && element(node)) {
        watched.add(node);
        seen.observe(node);
        soon();
      }
    }
    idle();
  }));

export const scan = once(() => {
  waiting = [...document.querySelectorAll(FOUND)];
  idle();
}, REST);

export const forgetSeen = () => {
  watched = new WeakSet();
  seen.disconnect();
};
