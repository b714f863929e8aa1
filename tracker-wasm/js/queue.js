// Events on their way out. They wait until there is a reason to send them, and come back when sending failed.
import { binary } from './batch.js';
import { beside, dataset, now, site } from './page.js';

// Milliseconds from the first waiting event to its sending, and the longest pause between two tries.
const WAIT = 15e3;
const PAUSE = 6e5;
// Characters of a batch's events as JSON: with one more event of the longest kind still under 64 KiB of UTF-8. The
// shortest event has 90, so there are never more events than a batch may have.
const CHARS = 1e4;
// Batches kept while the collector cannot be reached.
const KEPT = 50;

const endpoint = dataset.endpoint || beside('b');
const page = (Math.random() * 2 ** 32) >>> 0;
const batches = [];
let events = [];
let chars = 0;
let sending = 0;
let wait = WAIT;
let timer;
let core;

// Without the core, for it is not there yet or the page allows none, batches go as JSON.
export const use = (exports) => (core = exports);

export const add = (event) => {
  events.push(event);
  chars += JSON.stringify(event).length;
  chars > CHARS ? flush() : later();
};

export const flush = (leaving) => {
  clearTimeout(timer);
  timer = chars = 0;
  if (events[0]) batches.push(events);
  events = [];
  batches.splice(KEPT);
  next(leaving);
};

const later = () => (timer = timer || setTimeout(flush, wait));

// One at a time, for browsers allow only so many bytes to be under way; but all where the page may be gone at once.
const next = (leaving) => {
  while (batches[0] && (leaving || !sending)) send(batches.shift());
};

const send = async (events) => {
  const batch = { version: 1, site, page, sent: now(), viewport: [innerWidth, innerHeight], automated: navigator.webdriver, events };
  let done;
  sending++;
  try {
    const body = (core && binary(core, batch)) || JSON.stringify(batch);
    // A body without a type of its own needs no preflight. Of the answers 429 and 5xx may pass; what is refused for
    // what it says would be refused again.
    done =
      'keepalive' in Request.prototype
        ? (await fetch(endpoint, { method: 'POST', body, keepalive: true, credentials: 'omit' })).status < 429
        : navigator.sendBeacon(endpoint, body);
  } catch {}
  sending--;
  if (done) {
    wait = WAIT;
    next();
  } else {
    batches.push(events);
    // Of several that fail together only the first makes the pause longer.
    if (!timer) wait = Math.min(wait * 2, PAUSE);
    later();
  }
};
