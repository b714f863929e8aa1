// What happened, as numbers: to the core where there is one, else into a log that the collector replays with the same
// core. Codes and fields of entries are those of beacon/src/detect/entry.rs, the layout of a batch is that of
// beacon/README.md.
import { endpoint, fetch, now, once, page, site } from './page.js';

// Milliseconds from the first waiting entry to its sending, and how much does not wait: entries, and as many times 64
// characters of texts.
const WAIT = 15e3;
const MUCH = 200;
// Where a core keeps what a flush gave; a test holds them against the core's own word.
const USED = 62576;
const RECORDS = 64624;

// Batches that could not be sent yet.
let unsent = [];
// The texts of this view, each with its place in the page's dictionary, of which the site is the first.
let texts;
let told = 0;
// Entries of this view, and how many of them were sent.
let log;
let sent;
export let core;

// Every limit asked for keeps a text under its limit in bytes of UTF-8.
export const text = (found, limit = 200) => {
  found = String(found ?? '')
    .replace(/[\s\0]+/g, ' ')
    .trim()
    .slice(0, limit);
  if (found && !texts.has(found)) {
    texts.set(found, texts.size + 2);
    told += found.length / 64;
  }
  return texts.get(found);
};

const put = (entry) => {
  const place = new Uint32Array(core.memory.buffer, core.core(), 80);
  place.fill(0);
  place.set(entry);
  return core.put();
};

export const tell = (...entry) => {
  later();
  if (told++ > MUCH) flush();
  return core ? put(entry) : log.push(entry);
};

export const restart = () => {
  texts = new Map();
  log = [];
  sent = 0;
};

// What was told so far is told to the core too.
export const use = (exports) => {
  core = exports;
  log.map(put);
};

const varint = (number) => (number > 127 ? [(number & 127) | 128, ...varint(number >>> 7)] : [number]);

const sized = (bytes) => [...varint(bytes.length), ...bytes];

const record = (kind, fields) => [kind, ...sized(fields.flatMap((field) => varint(field >>> 0)))];

export const flush = (leaving) => {
  told = 0;
  const size = tell(4, now(), leaving);
  let used = [...texts.keys()];
  let records = [];
  if (core) {
    const { buffer } = core.memory;
    records = new Uint8Array(buffer, core.core() + RECORDS, size & 65535);
    used = [...new Uint16Array(buffer, core.core() + USED, size >>> 16)].map((place) => used[place - 2]);
  } else if (size > sent + 1) records = log.flatMap((entry) => record(10, entry));
  sent = size;
  const batches = unsent;
  unsent = [];
  if (records[0]) batches.push([[site, ...used], [...records]]);
  batches.map(send);
};

const later = once(flush, WAIT);

const send = async (batch) => {
  const [used, records] = batch;
  const body = Uint8Array.from([
    1,
    0,
    ...varint(used.length),
    ...used.flatMap((text) => sized(new TextEncoder().encode(text))),
    ...record(4, [1, page, now(), innerWidth, innerHeight, navigator.webdriver]),
    ...records,
    0,
  ]);
  try {
    // A body without a type of its own needs no preflight. Of the answers 429 and 5xx may pass; what is refused for
    // what it says would be refused again.
    if (
      'keepalive' in Request.prototype
        ? (await fetch(endpoint, { method: 'POST', body, keepalive: true, credentials: 'omit' })).status < 429
        : navigator.sendBeacon(endpoint, body)
    )
      return;
  } catch {}
  unsent.push(batch);
  later();
};
