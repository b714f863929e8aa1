// The first stage: sends the pageview before anything else is loaded, and queues what happens until the second stage is
// there to hear it. Small enough to stand in the page itself.
//
// It never throws into the page, stops no event, and keeps nothing on the visitor's machine.
const script = document.currentScript;
const { dataset } = script;
// Where the page holds this file's content itself, `data-src` says where it comes from.
const address = new URL(script.src || dataset.src);
const site = dataset.site || address.searchParams.get('site');
const page = (Math.random() * 2 ** 32) >>> 0;
const { q: early = [], on: isTwice } = window.snag || {};
// The page's own may be replaced later, to hear of its requests.
const { fetch } = window;

// Milliseconds since the load of the page began.
const now = () => performance.now() >>> 0;

// What every batch says, and what this one does. To ask for the viewport now would have the page laid out for it.
const write = (batch) => JSON.stringify({ v: 2, s: site, p: page, t: now(), w: [outerWidth, outerHeight], a: +navigator.webdriver, ...batch });

// Whether it was not taken, so that it has to be sent again. Of the answers 429 and 5xx may pass; what is refused for what
// it says would be refused again.
const send = async (body) => {
  const to = dataset.endpoint || new URL('b', address);
  try {
    return 'keepalive' in Request.prototype
      ? (await fetch(to, { method: 'POST', body, keepalive: true, credentials: 'omit' })).status > 428
      : !navigator.sendBeacon(to, body);
  } catch {
    return 1;
  }
};

// Whether the page's author hides its names, also from outside a shadow root.
const isPrivate = (node) => node.closest('[data-snag-private]') || ((node = node.getRootNode().host) && isPrivate(node));

const start = () => {
  const at = now();
  const { href } = location;
  const { responseStatus, type } = performance.getEntriesByType('navigation')[0] || {};
  const pageview = [1, at, document.referrer, document.title, responseStatus, type == 'back_forward'];
  const batch = { u: href, r: [pageview] };
  const queue = [];
  const isLost = send(write(batch));
  let hear = (...heard) => queue[99] || queue.push(heard);
  const snag = (window.snag = (...call) => hear({ type: 'snag' }, call));
  snag.on = 1;
  // These are told by their numbers as signals.
  ['identify', 'consent'].map((name, index) => (snag[name] = (word) => hear({ type: 'snag' }, [10 + index, word])));
  early.map((call) => snag(...call));
  'pointerdown click error unhandledrejection'.split(' ').map((type) => addEventListener(type, (event) => hear(event, event.composedPath(), now()), true));
  import(new URL(dataset.more || 'snag.more.js', address)).then(
    (more) => (hear = more.default(queue.splice(0), isLost, batch, address, dataset, now, write, send, fetch, isPrivate)),
    () => 0,
  );
  // Who leaves before the second stage is there leaves at least word of what was clicked.
  addEventListener('pagehide', () => {
    const clicks = queue.filter(([{ type, isTrusted }]) => type == 'click' && isTrusted);
    if (clicks[0])
      send(
        write({
          u: href,
          e: clicks.map(([, path], index) => {
            const node = path.find(({ href, type }) => href || type) || path[0];
            return { i: ~index, id: isPrivate(node) ? '' : node.id, t: node.localName, href: node.protocol && node.href.replace(location.origin, '') };
          }),
          r: clicks.map(([{ pageX, pageY }, , at], index) => [2, at, ~index, pageX, pageY]),
        }),
      );
  });
};

// An owner looks at the maps of the page: that is no visit. The script comes from where this one does, whatever the address says.
if (location.hash.startsWith('#snag-overlay=')) import(new URL('snag-overlay.js', address));
else if (!site) console.warn('snag: data-site is missing');
else if (!isTwice && !navigator.globalPrivacyControl && !('dnt' in dataset && navigator.doNotTrack == 1))
  document.prerendering ? document.addEventListener('prerenderingchange', start) : start();
