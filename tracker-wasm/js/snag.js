// The loader: listens, and hands events to the queue. The first pageview leaves before anything else is loaded.
//
// It never throws into the page, stops no event, and keeps nothing on the visitor's machine.
import { clicked, describe } from './element.js';
import { beside, dataset, now, safe, site } from './page.js';
import { add, flush, use } from './queue.js';
import { text, url } from './text.js';

const { q: early = [], on: twice } = window.snag || {};
let view = -1;
// The page shown last, without its fragment.
let here = document.referrer;
// The pageview whose title the page may still be setting.
let untitled;
// When the last click was.
let last;

const on = (target, type, act) => target.addEventListener(type, safe(act), true);
const clamp = (number) => Math.min(Math.max(number, 0), 65535) | 0;
const shown = () => location.href.replace(/#.*/, '');

const event = (kind, rest) => ({ kind, at: now(), view, url: url(location.href), ...rest });

const pageview = () => {
  view++;
  untitled = event('pageview', { referrer: url(here) });
  here = shown();
};

const settle = (leaving) => {
  if (untitled) add({ ...untitled, title: text(document.title, 300) });
  untitled = 0;
  flush(leaving);
};

const leave = () => settle(1);

const navigated = () => {
  if (here == shown()) return;
  settle();
  pageview();
  setTimeout(settle, 100);
};

const click = (hit) => {
  // Of the other buttons only the middle one follows links; what scripts click, no visitor did; and a click on a label
  // comes again as one on its field, at the same time.
  if (!hit.isTrusted || hit.button > 1 || hit.timeStamp == last) return;
  last = hit.timeStamp;
  add(event('click', { element: describe(clicked(hit)), x: clamp(hit.pageX), y: clamp(hit.pageY) }));
};

const custom = safe((name, { props = {}, value, currency } = {}) => {
  name = text(name, 40);
  const given = Object.entries(props).flatMap(([key, found]) =>
    found != null && text(key, 40) ? [[text(key, 40), text(found + '', 300)]] : [],
  );
  // What is no number is no value: JSON says null for it.
  const worth = { currency: text(currency, 40), value: parseFloat(value) };
  if (name) add(event('custom', { name, props: Object.fromEntries(given.slice(0, 30)), ...worth }));
});

const start = safe(() => {
  window.snag = custom;
  custom.on = 1;
  pageview();
  settle();
  early.map((given) => custom(...given));

  for (const name of ['pushState', 'replaceState']) {
    const original = history[name];
    history[name] = function () {
      original.apply(this, arguments);
      safe(navigated)();
    };
  }
  on(window, 'popstate', navigated);
  on(window, 'pageshow', ({ persisted }) => {
    if (persisted) pageview(), settle();
  });
  on(window, 'pagehide', leave);
  on(document, 'visibilitychange', () => document.hidden && leave());
  for (const type of ['click', 'auxclick']) on(document, type, click);

  const load = async () => {
    try {
      const answer = await fetch(beside('snag.wasm'));
      use((await WebAssembly.instantiate(await answer.arrayBuffer())).instance.exports);
    } catch {}
  };
  // After the load event, when there is nothing better to do.
  const idle = () => (window.requestIdleCallback || setTimeout)(load);
  if (dataset.wasm != 'off') document.readyState == 'complete' ? idle() : on(window, 'load', idle);
});

if (!site) console.warn('snag: data-site is missing');
else if (!twice && !navigator.globalPrivacyControl && !('dnt' in dataset && navigator.doNotTrack == 1))
  document.prerendering ? on(document, 'prerenderingchange', start) : start();
