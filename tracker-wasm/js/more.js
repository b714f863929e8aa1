// The second stage: hears what happens in the page and tells it as numbers. It takes over from the first stage, whose
// queue it works off, and hands its log to the core once that is there.
import { answer, changed, click, press } from './click.js';
import { clickable, forget } from './element.js';
import { forgetSeen, look, scan } from './exposure.js';
import { forgetForms, touched } from './form.js';
import { flush, restart, tell, text, use } from './log.js';
import { address, dataset, fetch, follow, know, listen, now, once, safe } from './page.js';
import { called, failed, forgive, signal } from './signal.js';

// Milliseconds in which a page that navigates by itself sets its title, those between two signs of life that are told,
// and those within which going back is quick.
const TITLE = 100;
const ALIVE = 500;
const BACK = 1e4;

let view = -1;
// The page that is shown, since when, and the one before; what it came with.
let here = document.referrer;
let before;
let since;
let came;
// Its pageview is not told yet, for its title may still change.
let untold;
let active;
// When the page was left.
let left;
// The longest event of each interaction of this view.
let interactions;

const shown = () => location.href.replace('hash' in dataset ? '' : /#.*/, '');

const show = (url, at, status) => {
  before = here;
  here = shown();
  since = at;
  came = status;
  restart();
  forget();
  forgetSeen();
  forgetForms();
  forgive();
  interactions = {};
  tell(10, at, ++view, text(url, 2e3), status);
  tell(5, at, active);
  scan();
  look();
};

const settle = (leaving) => {
  if (untold) tell(13, since, 1, 16, text(before, 2e3), text(document.title), came);
  untold = 0;
  flush(leaving);
};

// Another page is shown by this same load, or this one again; `away` is how long it was not, where the visitor went back.
const showNext = (away) => {
  const other = here;
  show(location.href, now());
  untold = 1;
  if (away < BACK) signal(4, 0, away, other);
  setTimeout(settle, TITLE);
};

const navigated = (event) => {
  const to = shown();
  if (to == here) return;
  settle(1);
  showNext(event && to == before ? now() - since : BACK);
};

const HEARD = {
  pointerdown: press,
  click,
  auxclick: click,
  error: failed,
  unhandledrejection: failed,
  focusin: touched,
  focusout: touched,
  input: touched,
  invalid: touched,
  submit: touched,
  popstate: navigated,
  copy: () => signal(5, clickable(getSelection().anchorNode.parentNode), (getSelection() + '').length),
  pageshow: ({ persisted }) => persisted && showNext(now() - left),
};

export default (queue, isLost, href, at, status, ...given) => {
  know(...given);
  show(href, at, status);
  isLost.then((is) => is && !view && (untold = 1));
  const hear = safe((event, target) => (event.type ? HEARD[event.type](event, target || event.composedPath()[0]) : called(event)));
  queue.map((heard) => hear(...heard));
  listen('auxclick focusin focusout input invalid submit popstate copy pageshow', hear);

  listen('transitionrun animationstart toggle input change play pause volumechange submit invalid copy', () => answer(0));
  listen('selectionchange', () => getSelection().isCollapsed || answer(0));
  const ask = () => answer(2);
  follow(window, 'fetch', ask);
  follow(XMLHttpRequest.prototype, 'send', ask);
  follow(history, 'pushState', navigated);
  follow(history, 'replaceState', navigated);

  const observer = new MutationObserver((changes) => {
    changed(changes);
    scan();
  });
  const observe = (node) => observer.observe(node, { subtree: true, childList: true, attributes: true, characterData: true });
  observe(document);
  // What changes in a shadow is not seen from outside.
  listen('pointerdown', (event) => event.composedPath().map((node) => node.host && observe(node)));

  listen('scroll', () => answer(1));
  listen('pointermove keydown scroll', once(() => {
    tell(0, now());
    look();
  }, ALIVE));
  const state = ({ target }) => {
    const isActive = document.visibilityState == 'visible' && document.hasFocus();
    if (isActive != active) tell(5, now(), (active = isActive));
    if (target == window) answer(2);
  };
  listen('focus blur visibilitychange', state);
  state({});
  listen('pagehide visibilitychange', ({ type }) => {
    if (type == 'pagehide' || document.visibilityState == 'hidden') {
      left = now();
      settle(1);
    }
  });

  // In the order of the core's figures.
  ['largest-contentful-paint', 'event', 'layout-shift', 'paint', 'navigation', 'resource'].map(
    safe((type, which) =>
      new PerformanceObserver((list) =>
        list.getEntries().map(({ startTime, duration, value, interactionId, hadRecentInput, responseStart, responseStatus, name }) => {
          // Files that failed later are heard of by their own events.
          if (which > 4) return startTime < at && responseStatus > 399 && signal(7, 0, 0, name);
          if (interactionId) {
            interactions[interactionId] = Math.max(interactions[interactionId] || 0, duration);
            // Interaction to Next Paint is the longest one, leaving out one for every fifty.
            const longest = Object.values(interactions).sort((a, b) => b - a);
            startTime = longest[(longest.length / 50) | 0];
          } else if (which == 1) return;
          tell(12, which + 4, responseStart || startTime, value * 1e6 || duration, hadRecentInput);
        }),
      ).observe({ type, buffered: true, durationThreshold: 40 }),
    ),
  );

  navigated();
  if (dataset.wasm != 'off')
    safe(async () => use((await WebAssembly.instantiate(await (await fetch(new URL(dataset.core || 'snag.wasm', address))).arrayBuffer())).instance.exports))().catch(() => 0);
  return hear;
};
