// Which links, buttons and creatives are on the page and on the screen, and what part of the page is.
import { element, isKnown } from './element.js';
import { flush, tell } from './log.js';
import { now, once } from './page.js';

// Square pixels from which on less of a creative has to be on the screen.
const LARGE = 242500;
// Elements at a stretch, and milliseconds from a change of the page to the next look at it.
const SOME = 9;
const REST = 1e3;

// What was found is sent once it may have been seen, and not with what is sent on leaving, which cannot be compressed.
const soon = once(flush, 2 * REST);

let waiting;

const seen = new IntersectionObserver(
  (entries) =>
    entries.map(({ target, intersectionRatio, boundingClientRect: { width, height } }) =>
      tell(8, now(), element(target), intersectionRatio >= (target.dataset.snagAd && width * height >= LARGE ? 0.3 : 0.5)),
    ),
  { threshold: [0.3, 0.5] },
);

// Asks where the page is scrolled to once it is laid out anyway.
const scrolled = new IntersectionObserver(() => {
  const percent = document.documentElement.scrollHeight / 100;
  tell(6, now(), scrollY / percent, (scrollY + innerHeight) / percent);
});

export const look = () => {
  scrolled.disconnect();
  scrolled.observe(document.documentElement);
};

const idle = () =>
  waiting[0] &&
  (window.requestIdleCallback || setTimeout)(() => {
    waiting.splice(0, SOME).map((node) => element(node) && seen.observe(node));
    idle();
    soon();
  });

export const scan = once(() => {
  waiting = [...document.querySelectorAll('a[href],button,[role=button],[data-snag],[data-snag-ad]')].filter((node) => !isKnown(node));
  idle();
}, REST);

export const forgetSeen = () => seen.disconnect();
