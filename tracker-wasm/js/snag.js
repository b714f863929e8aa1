// The first stage: sends the pageview before anything else is loaded, and queues what happens until the second stage is
// there to hear it. Small enough to stand in the page itself.
//
// It never throws into the page, stops no event, and keeps nothing on the visitor's machine.
const script = document.currentScript;
const { dataset } = script;
// Where the page holds this file's content itself, `data-src` says where it comes from.
const address = new URL(script.src || dataset.src);
const site = dataset.site || address.searchParams.get('site');
const endpoint = dataset.endpoint || new URL('b', address);
const page = (Math.random() * 2 ** 32) >>> 0;
const { q: early = [], on: twice } = window.snag || {};
const queue = [];
let hear = (...heard) => queue.push(heard);

const start = () => {
  const snag = (window.snag = (...call) => hear(call));
  snag.on = 1;
  // These are told by their numbers as signals.
  ['identify', 'consent'].map((name, index) => (snag[name] = (word) => hear([11 + index, word])));
  for (const call of early) hear(call);
  for (const type of ['pointerdown', 'click', 'error', 'unhandledrejection'])
    addEventListener(type, (event) => hear(event, event.composedPath()[0]), true);

  const { href } = location;
  const { referrer, title } = document;
  const at = performance.now() >>> 0;
  const status = (performance.getEntriesByType('navigation')[0] || {}).responseStatus;
  // A body without a type of its own needs no preflight.
  const isLost = fetch(endpoint, {
    method: 'POST',
    keepalive: true,
    credentials: 'omit',
    body: JSON.stringify({
      version: 1,
      site,
      page,
      sent: at,
      viewport: [innerWidth, innerHeight],
      automated: navigator.webdriver,
      events: [{ kind: 'pageview', at, url: href.slice(0, 2e3), referrer: referrer.slice(0, 2e3), title: title.slice(0, 200), status }],
    }),
  }).then(({ status }) => status > 428, () => 1);
  (window.requestIdleCallback || setTimeout)(
    async () => {
      const more = await import(new URL(dataset.more || 'snag.more.js', address));
      hear = more.default(queue, isLost, href, at, status, site, page, endpoint, dataset, address);
    },
    { timeout: 2e3 },
  );
};

if (!site) console.warn('snag: data-site is missing');
else if (!twice && !navigator.globalPrivacyControl && !('dnt' in dataset && navigator.doNotTrack == 1))
  document.prerendering ? document.addEventListener('prerenderingchange', start) : start();
