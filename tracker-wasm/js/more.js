// The second stage: hears what happens in the page. It takes over from the first stage, whose queue it works off, and
// hands its log to the core once that is there.
import { answer, changed, click, press } from './click.js';
import { element, forget } from './element.js';
import { forgetSeen, look, scan } from './exposure.js';
import { forgetForms, touched } from './form.js';
import { flush, keep, record, restart, signal, tell, use } from './log.js';
import { address, dataset, fetch, follow, know, listen, now, once, safe } from './page.js';

// Milliseconds in which a page that navigates by itself sets its title, and those between two signs of life.
const TITLE = 100;
const ALIVE = 500;
// Errors of one view.
const ERRORS = 10;

let here;
let errors;
let isActive;
// The longest event of each interaction of this view.
let interactions;

const shown = () => location.href.replace('hash' in dataset ? '' : /#.*/, '');

const show = (url, at) => {
  here = shown();
  errors = 0;
  interactions = {};
  forget();
  forgetSeen();
  forgetForms();
  restart(url, at);
  tell(5, at, isActive);
  scan();
  look();
};

// Another page is shown by this same load, or this one again.
const showNext = (isBack) => {
  flush(1);
  const before = here;
  show(location.href, now());
  record(1, now(), before, 0, 0, isBack);
  setTimeout(flush, TITLE);
};

const navigated = (event) => shown() == here || showNext(!!event);

const failed = ({ message, filename, lineno, reason }, [target], time) => {
  if (target.localName) return signal(6, target, 0, target.src || target.href);
  tell(9, time);
  if (errors++ < ERRORS) record(6, time, 5, 0, lineno, message || (reason && reason.message) || reason + '', filename);
};

// Numbers and lists as texts, and texts cut.
const plain = (name, given) => (given == null || (given instanceof Object && !given.slice) ? given : String(given).slice(0, 300));

const HEARD = {
  // A call of the page's own; one whose name is a number is a signal.
  snag: (event, [name, given], time) => (name > 9 ? signal(name, 0, 0, given) : record(3, time, name, JSON.stringify(given, plain))),
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
  copy: (event, [node]) => signal(4, node, (getSelection() + '').length),
  pageshow: ({ persisted }) => persisted && showNext(1),
};

export default (queue, isLost, batch, ...given) => {
  know(...given);
  show(batch.u, batch.r[0][1]);
  isLost.then((is) => is && keep(batch));
  const hear = safe((event, path, time, isEarly) => HEARD[event.type]?.(event, path || event.composedPath(), time || now(), isEarly));
  queue.map((heard) => hear(...heard, 1));
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
    if (changes.some(({ addedNodes: [node] }) => node && node.localName)) scan();
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
  const state = ({ target, type }) => {
    const isHidden = document.visibilityState == 'hidden';
    if (isActive != (isActive = !isHidden && document.hasFocus())) tell(5, now(), isActive);
    if (target == window) answer(2);
    if (isHidden || type == 'pagehide') flush(1);
  };
  listen('focus blur visibilitychange pagehide', state);
  state({});

  // In the order of the collector's figures.
  ['largest-contentful-paint', 'paint', 'navigation', 'layout-shift', 'event', 'resource'].map(
    safe((type, which) =>
      new PerformanceObserver((list) =>
        list.getEntries().map(({ startTime, duration, value, interactionId, hadRecentInput, responseStart, responseStatus, name }) => {
          if (which < 3) record(10, now(), which, startTime, duration, responseStart);
          else if (which < 4) hadRecentInput || tell(11, startTime, value * 1e6);
          else if (interactionId) {
            interactions[interactionId] = Math.max(interactions[interactionId] || 0, duration);
            // Interaction to Next Paint is the longest one, leaving out one for every fifty.
            const longest = Object.values(interactions).sort((a, b) => b - a);
            tell(12, longest[(longest.length / 50) | 0]);
          // Files that failed later are heard of by their own events.
          } else if (startTime < batch.r[0][1] && responseStatus > 399) signal(6, 0, 0, name);
        }),
      ).observe({ type, buffered: true, durationThreshold: 40 }),
    ),
  );

  navigated();
  if (dataset.wasm != 'off')
    WebAssembly.instantiateStreaming(fetch(new URL(dataset.core || 'snag.wasm', address))).then(({ instance }) => use(instance.exports), () => 0);
  return hear;
};
