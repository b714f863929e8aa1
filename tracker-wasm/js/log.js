// What happened: words as records, numbers as entries of a log, which go to the core where there is one and else to the
// collector, that has the same core. beacon/README.md tells their fields.
import { element, elements } from './element.js';
import { now, send, write } from './page.js';

// Milliseconds from the first waiting entry to its sending, how many do not wait, and how many a view's log may have.
const WAIT = 15e3;
const MUCH = 200;
const LONG = 1e3;

// Batches that are not on their way, and whether they are being packed for it.
const unsent = new Map();
// The records of this view that are in no batch yet, and its log.
let records = [];
let log;
let view = -1;
let url;
let size;
let timer;
let told = 0;
export let core;

// A text counts one for every 64 characters of it.
const later = (text = '') => {
  const much = 1 + (text.length / 64 || 0);
  if (told + much > MUCH) flush();
  told += much;
  timer = timer || setTimeout(flush, WAIT);
};

export const record = (...fields) => {
  later(fields[3]);
  records.push(fields);
};

// Numbers of signals are those of beacon/src/kind.rs.
export const signal = (what, node, amount, detail, name) => record(6, now(), what, element(node), amount, detail, name);

// An entry of the core has six numbers. The last one's answer is where the core keeps what it tells.
const put = (entry) => [0, 1, 2, 3, 4, 5].map((at) => core.put(entry[at]))[5];

const enter = (...entry) => (core ? put(entry) : log.push(entry));

export const tell = (...entry) => {
  later();
  if (core || !log[LONG]) enter(...entry);
};

export const resize = (viewport) => (size = viewport);

export const restart = (shown, at) => {
  url = shown;
  view++;
  log = [];
  tell(10, at);
};

// What was told so far is told to the core too.
export const use = (exports) => {
  core = exports;
  log.map(put);
};

export const keep = (batch) => {
  if (unsent.size < MUCH) unsent.set(batch);
  later();
};

export const flush = (isLeaving) => {
  if (timer) {
    clearTimeout(timer);
    timer = told = 0;
    // The title of a page may come after the page.
    records.map((fields) => fields[0] == 1 && (fields[3] = document.title));
    const place = enter(4, now(), isLeaving === 1);
    const out = core && new Int32Array(core.memory.buffer, place);
    const c = core && [...out.slice(1, out[0] + 1)];
    const used = new Set([records, c || log].flat(2));
    unsent.set({ w: size, u: url, n: view, e: elements.filter(({ i }) => used.has(i)), r: records, [core ? 'c' : 'l']: c || [...log] });
    records = [];
  }
  unsent.forEach((isPacked, batch) => {
    const go = async (body) => unsent.delete(batch) && (await send(body)) && keep(batch);
    const body = write(batch);
    // Nothing can be waited for by who leaves.
    if (isLeaving === 1 || !window.CompressionStream) go(body);
    else if (!isPacked) {
      unsent.set(batch, 1);
      new Response(new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'))).blob().then(go);
    }
  });
};
