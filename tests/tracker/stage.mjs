// What a test of the tracker stands on: the real collector with its store, a website, and Chromium. It judges nothing.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const root = new URL('../../', import.meta.url).pathname;
const binary = process.env.SNAG_BINARY || join(process.env.CARGO_TARGET_DIR || join(root, 'target'), 'debug/snag');
// A browser that says it is driven would be taken for a bot.
const ARGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--disable-blink-features=AutomationControlled',
];

// `snag serve` on free ports, in a directory of its own.
const collector = async () => {
  const data = await mkdtemp(join(tmpdir(), 'snag-tracker-'));
  const process = spawn(binary, ['--data-dir', join(data, 'data'), 'serve', '--listen', '127.0.0.1:0'], { cwd: data, stdio: ['ignore', 'pipe', 'inherit'] });
  const origin = await new Promise((done, fail) => {
    let said = '';
    process.stdout.on('data', (part) => {
      said += part;
      const [found] = said.match(/http:\/\/[\d.:]+/) || [];
      if (found) done(found);
    });
    process.on('exit', () => fail(new Error(`${binary} ended: was it built? \`cargo build\``)));
  });
  const { address, token } = JSON.parse(await readFile(join(data, 'data/engine.lock'), 'utf8'));
  const ask = async (sql) => {
    const headers = { authorization: 'Basic ' + Buffer.from(`snag:${token}`).toString('base64') };
    const answer = await fetch(`http://${address}/?database=snag`, { method: 'POST', headers, body: sql + ' FORMAT JSONEachRow' });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${sql}: ${text}`);
    return text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  };
  const close = async () => {
    const ended = new Promise((done) => process.on('exit', done));
    process.kill();
    await ended;
    await rm(data, { recursive: true });
  };
  return { origin, ask, close };
};

// A map from path to page: a string, or `{ body, status, headers }`; a function of the request gives either.
const website = (pages) =>
  new Promise((done) => {
    const server = createServer(async (request, response) => {
      const { pathname } = new URL(request.url, 'http://site');
      let page = pages[pathname] ?? { status: 404, body: '' };
      if (typeof page === 'function') page = await page(request);
      if (typeof page === 'string') page = { body: page };
      response.writeHead(page.status || 200, { 'Content-Type': 'text/html; charset=utf-8', ...page.headers }).end(page.body);
    });
    server.listen(0, '127.0.0.1', () => {
      const close = () => (server.closeAllConnections(), server.close());
      // By name, for addresses are cut out of what is stored.
      done({ origin: `http://localhost:${server.address().port}`, close });
    });
  });

// All of it, with Chromium unless the test brings a browser of its own. `pages(snag)` gives the website; `snag(attributes)`
// is the snippet.
export const stage = async (pages, { hasChromium = true } = {}) => {
  const { origin: tracker, ask, close } = await collector();
  const snag = (attributes = '') => `<script defer src="${tracker}/snag.js" data-site="shop" ${attributes}></script>`;
  const site = await website(pages(snag, tracker));
  const browser = hasChromium && (await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ARGS }));
  const open = async (path, { wasm = process.env.SNAG_WASM || 'allowed', viewport = { width: 1000, height: 700 }, init } = {}) => {
    const context = await browser.newContext({ viewport });
    if (wasm === 'deleted') await context.route('**/snag.wasm', (route) => route.fulfill({ status: 404 }));
    if (init) await context.addInitScript(init);
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    const ready = page.waitForResponse(/snag\.more\.js/);
    await page.goto(site.origin + path);
    await ready;
    // The second stage starts and, where it may, the core.
    await page.waitForTimeout(250);
    return Object.assign(page, {
      errors,
      leave: async () => {
        await page.goto('about:blank');
        // A context that is closed takes along what its pages have just sent.
        setTimeout(() => context.close().catch(() => {}), 5000).unref();
      },
    });
  };
  // A page that carries no snippet.
  const bare = async (path) => {
    const context = await browser.newContext({ viewport: { width: 1000, height: 700 } });
    const page = await context.newPage();
    await page.goto(site.origin + path);
    return Object.assign(page, { leave: () => context.close() });
  };
  // Rows once there are at least as many as wanted, or all there are when patience ends.
  const rows = async (sql, wanted = 1, patience = 8000) => {
    const end = Date.now() + patience;
    for (;;) {
      const found = await ask(sql);
      if (found.length >= wanted || Date.now() > end) return found;
      await new Promise((done) => setTimeout(done, 150));
    }
  };
  const events = (path, kinds, wanted) =>
    rows(
      `SELECT kind, name, path, title, amount, detail, x, y, props, value, selector, text, href, elements.name AS field
       FROM events LEFT JOIN (SELECT * FROM elements FINAL) AS elements USING (site, element)
       WHERE path = '${path}' AND kind IN (${kinds.map((kind) => `'${kind}'`)}) ORDER BY time, seq`,
      wanted,
    );
  return {
    site: site.origin,
    tracker,
    browser,
    ask,
    rows,
    events,
    open,
    bare,
    close: async () => {
      if (browser) await browser.close();
      site.close();
      await close();
    },
  };
};

export const html = (head, body, title = 'A page') => `<!doctype html><html><head><title>${title}</title>${head}</head><body>${body}</body></html>`;

// Waits until an element has been wholly on the screen for a time at a stretch, as the page itself sees it: how soon a
// wheel has scrolled is the machine's business.
export const onScreen = (page, selector, milliseconds) =>
  page.evaluate(
    ([selector, milliseconds]) =>
      new Promise((done) => {
        let timer;
        new IntersectionObserver(
          ([{ isIntersecting }]) => {
            clearTimeout(timer);
            if (isIntersecting) timer = setTimeout(done, milliseconds);
          },
          { threshold: 1 },
        ).observe(document.querySelector(selector));
      }),
    [selector, milliseconds],
  );
