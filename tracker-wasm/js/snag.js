// The loader: listens, and hands events to the queue. The first pageview leaves before anything else is loaded.
//
// It never throws into the page, stops no event, and keeps nothing on the visitor's machine.
import { clicked, describe } from './element.js';
import { queue } from './queue.js';
import { text, url } from './text.js';

const script = document.currentScript;
const { dataset } = script;
const address = new URL(script.src);
const site = dataset.site || address.searchParams.get('site');
const { q: early = [] } = window.snag || {};

const safe =
  (act) =>
  (...given) => {
    try {
      return act(...given);
    } catch {}
  };
const on = (target, type, act) => target.addEventListener(type, safe(act), true);
const beside = (file) => new URL(file, address).href;
const clamp = (number) => Math.min(Math.max(number, 0), 65535) | 0;
const now = () => Math.floor(performance.now());

const start = safe(() => {
  const { add, flush, use } = queue(site, dataset.endpoint || beside('b'), now);
  let view = -1;
  let here;
  let from = document.referrer;
  // The pageview whose title the page may still be setting.
  let untitled;

  const event = (kind, rest) => ({ kind, at: now(), view, url: url(location.href), ...rest });

  const settle = () => {
    if (untitled) {
      untitled.title = text(document.title, 300);
      add(untitled);
    }
    untitled = 0;
    flush();
  };

  const pageview = () => {
    view++;
    here = location.pathname + location.search;
    untitled = event('pageview', { referrer: url(from) });
    from = location.href;
  };

  const navigated = () => {
    if (here == location.pathname + location.search) return;
    settle();
    pageview();
    setTimeout(safe(settle), 100);
  };

  for (const name of ['pushState', 'replaceState']) {
    const original = history[name];
    history[name] = function () {
      original.apply(this, arguments);
      safe(navigated)();
    };
  }
  on(window, 'popstate', navigated);
  on(window, 'pageshow', ({ persisted }) => {
    if (persisted) {
      pageview();
      settle();
    }
  });
  on(window, 'pagehide', settle);
  on(document, 'visibilitychange', () => document.hidden && settle());

  for (const type of ['click', 'auxclick'])
    on(document, type, (click) => {
      // Of the other buttons only the middle one follows links; what scripts click, no visitor did.
      if (click.isTrusted && click.button < 2)
        add(event('click', { element: describe(clicked(click.composedPath())), x: clamp(click.pageX), y: clamp(click.pageY) }));
    });

  const custom = safe((name, { props = {}, value, currency } = {}) => {
    name = text(name, 40);
    if (!name) return;
    const given = Object.entries(props)
      .map(([key, found]) => [text(key, 40), found])
      .filter(([key, found]) => key && found != null)
      .slice(0, 30)
      .map(([key, found]) => [key, text(found + '', 300)]);
    // What is no number is no value, and JSON would say null.
    add(event('custom', { name, props: Object.fromEntries(given), currency: text(currency, 40), value: isFinite(value) ? +value : null }));
  });

  pageview();
  settle();
  window.snag = custom;
  early.map((given) => custom(...given));

  if (dataset.wasm != 'off') {
    const load = () =>
      fetch(beside('snag.wasm'))
        .then((answer) => answer.arrayBuffer())
        .then((bytes) => WebAssembly.instantiate(bytes))
        .then(({ instance }) => use(instance.exports))
        .catch(() => {});
    // After the load event, when there is nothing better to do.
    const idle = () => (window.requestIdleCallback || setTimeout)(load);
    document.readyState == 'complete' ? idle() : on(window, 'load', idle);
  }
});

if (!site) console.warn('snag: no site; add data-site="…" to the script');
else if (!navigator.globalPrivacyControl && !('dnt' in dataset && navigator.doNotTrack == 1))
  document.prerendering ? on(document, 'prerenderingchange', start) : start();
