// Sends a visitor with a real browser over pages that carry other trackers' own published clients, pointed at our
// collector by nothing but its address. Prints what the clients sent and were answered; it judges nothing.
//
//   node tests/e2e/foreign-clients.mjs --collector URL --umami FILE
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import umamiNode from '@umami/node';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const { collector, umami } = parseArgs({ options: { collector: { type: 'string' }, umami: { type: 'string' } } }).values;
const WEBSITE = '94db1cb1-74f4-4a40-ad6c-962362670409';
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36';

const bundle = async (code) => {
  const options = { stdin: { contents: code, resolveDir: process.cwd() }, bundle: true, write: false, format: 'iife' };
  return (await build(options)).outputFiles[0].text;
};

const scripts = {
  '/plausible.js': await bundle(`import { init, track } from '@plausible-analytics/tracker';
    init({ domain: 'shop.example', endpoint: '${collector}/api/event', captureOnLocalhost: true, outboundLinks: true,
      fileDownloads: true, formSubmissions: true });
    window.track = track;`),
  '/plausible-tracker.js': await bundle(`import Plausible from 'plausible-tracker';
    window.old = Plausible({ domain: 'shop.example', apiHost: '${collector}', trackLocalhost: true, hashMode: true });`),
  '/umami.js': await readFile(umami, 'utf8'),
};
const page = (head, body = '') =>
  `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>100% wool: ä</title>${head}<body style="height:3000px">${body}`;
const pages = {
  '/plausible': page(
    '<script defer src="/plausible.js"></script>',
    `<a id="out" href="http://elsewhere.example/x?mail=someone@mail.example" target="_blank">Out</a>
     <a id="file" href="/price-list.pdf?mail=someone@mail.example" target="_blank">Prices</a>
     <form id="form" onsubmit="return false"><button id="submit">Send</button></form>`,
  ),
  '/plausible-tracker': page('<script defer src="/plausible-tracker.js"></script>'),
  '/umami': page(
    `<script defer src="/umami.js" data-website-id="${WEBSITE}" data-host-url="${collector}"></script>`,
    '<button id="buy" data-umami-event="signup" data-umami-event-plan="pro">Buy</button>',
  ),
  '/pixel': page('', `<img alt="" referrerpolicy="no-referrer-when-downgrade" src="${collector}/p.gif?site=shop&title=No+script">`),
};
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://shop.example');
  const script = scripts[pathname];
  const body = script ?? pages[pathname];
  response.setHeader('Content-Type', script ? 'text/javascript; charset=utf-8' : 'text/html; charset=utf-8');
  response.writeHead(body ? 200 : 404).end(body);
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const shop = `http://shop.example:${server.address().port}`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', `--user-agent=${CHROME}`, '--host-resolver-rules=MAP *.example 127.0.0.1'],
});
const sent = [];
const troubles = [];
try {
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 } });
  context.on('response', async (response) => {
    const request = response.request();
    if (!response.url().startsWith(collector) || request.method() === 'OPTIONS') return;
    const entry = { path: new URL(response.url()).pathname, status: response.status(), body: request.postData() };
    sent.push(entry);
  });
  const visit = async (path, count, walk = async () => {}) => {
    const tab = await context.newPage();
    tab.on('pageerror', (error) => troubles.push(error.message));
    tab.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
    const before = sent.length;
    await tab.goto(shop + path);
    await walk(tab);
    for (let waited = 0; sent.length < before + count && waited < 10_000; waited += 50) await tab.waitForTimeout(50);
    await tab.close();
  };

  await visit('/plausible', 7, async (tab) => {
    await tab.evaluate(() => history.pushState({}, '', '/plausible/next?utm_source=news&mail=someone@mail.example'));
    await tab.evaluate(
      () =>
        new Promise((callback) =>
          track('Purchase', { props: { plan: 'pro' }, revenue: { amount: 12.5, currency: 'EUR' }, interactive: false, callback }),
        ),
    );
    await tab.click('#out');
    await tab.click('#file');
    await tab.click('#submit');
    await tab.evaluate(() => scrollTo(0, 2000));
    // Leaving the page is when it tells how far it was read.
    await tab.waitForTimeout(100);
    await tab.goto('about:blank');
  });
  await visit('/plausible-tracker#/cart', 2, async (tab) => {
    await tab.evaluate(() => (old.trackPageview(), old.trackEvent('Signup', { props: { seats: 3 } })));
  });
  await visit('/umami', 4, async (tab) => {
    await tab.waitForTimeout(300);
    await tab.click('#buy');
    await tab.evaluate(() => umami.track('bought', { revenue: 20, currency: 'USD', cart: { items: 2 } }));
    await tab.evaluate(() => history.pushState({}, '', '/umami/next'));
    await tab.waitForTimeout(600);
  });
  await visit('/pixel', 1);
} finally {
  await browser.close();
  server.close();
}

const node = umamiNode.default;
node.init({ websiteId: WEBSITE, hostUrl: collector, userAgent: CHROME });
for (const answer of [
  await node.track({ hostname: 'shop.example', url: '/from-a-server', title: 'Server' }),
  await node.identify({ plan: 'pro' }),
]) {
  sent.push({ path: '/api/send', status: answer.status, answer: await answer.json() });
}
process.stdout.write(JSON.stringify({ sent, troubles }) + '\n');
