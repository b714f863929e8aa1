// Events on their way out. They wait until there is a reason to send them, and come back when sending failed.
import { binary } from './batch.js';

// Milliseconds from the first waiting event to its sending.
const WAIT = 15e3;
const COUNT = 60;
// Characters of a batch's events as JSON: with one more event of the longest kind still under 64 KiB of UTF-8.
const CHARS = 1e4;
// Batches kept while the collector cannot be reached.
const KEPT = 20;

export const queue = (site, endpoint, now) => {
  const page = (Math.random() * 2 ** 32) >>> 0;
  let batches = [];
  let events = [];
  let chars = 0;
  let wait = WAIT;
  let timer;
  let core;

  const later = () => (timer = timer || setTimeout(flush, wait));

  const send = (events) => {
    const batch = { version: 1, site, page, sent: now(), viewport: [innerWidth, innerHeight], events };
    const body = (core && binary(core, batch)) || JSON.stringify(batch);
    const again = () => {
      batches = [...batches, events].slice(0, KEPT);
      wait *= 2;
      later();
    };
    // A body without a type of its own needs no preflight.
    if ('keepalive' in Request.prototype)
      fetch(endpoint, { method: 'POST', body, keepalive: true, credentials: 'omit' }).then(
        // 429 and 5xx may pass; what is refused for what it says would be refused again.
        ({ status }) => (status < 429 ? (wait = WAIT) : again()),
        again,
      );
    else navigator.sendBeacon(endpoint, body) || again();
  };

  const flush = () => {
    clearTimeout(timer);
    timer = chars = 0;
    const all = events[0] ? [...batches, events] : batches;
    batches = [];
    events = [];
    all.map(send);
  };

  const add = (event) => {
    events.push(event);
    chars += JSON.stringify(event).length;
    chars > CHARS || events.length >= COUNT ? flush() : later();
  };

  // Without the core, for it is not there yet or the page allows none, batches go as JSON.
  const use = (exports) => (core = exports);

  return { add, flush, use };
};
