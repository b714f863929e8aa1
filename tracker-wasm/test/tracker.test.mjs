// The built tracker in a real browser: what arrives at the collector for what happens on a page.
// Run: cargo xtask tracker && node --test tracker-wasm/test/
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { chromium } from 'playwright-core';
import { collector, website } from './collector.mjs';

const ARGS = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

let server, site, browser, context, page, errors;

const html = (script, body, title = 'A shop') =>
  `<!doctype html><html><head><title>${title}</title>${script}</head><body>${body}</body></html>`;

before(async () => {
  server = await collector();
  const snag = (attributes = '') => `<script defer src="${server.origin}/snag.js" data-site="shop" ${attributes}></script>`;
  const body = `
    <main id="main">
      <button id="pay">Pay <b>now</b></button>
      <button class="x" aria-label="Close">×</button>
      <a href="/next?a=1">Next page</a>
      <a href="/img"><img alt="Logo" src="data:," width="20" height="20"></a>
      <p>Some <i>text</i></p><p id="a8123456">More text</p>
      <span data-snag="mark">marked</span>
      <label>Name <input id="name" type="text"></label>
      <input id="secret" type="password" aria-label="Password">
      <textarea id="note">typed before</textarea>
      <div id="edit" contenteditable>typed</div>
      <input type="submit" value="Send it">
      <x-card id="card"></x-card>
    </main>
    <script>
      customElements.define('x-card', class extends HTMLElement {
        connectedCallback() { this.attachShadow({ mode: 'open' }).innerHTML = '<div><button>In the shadow</button></div>'; }
      });
      violations = [];
      document.addEventListener('securitypolicyviolation', (event) => violations.push(event.blockedURI));
    </script>`;
  site = await website({
    '/': { body: html(snag(), body) },
    '/next': { body: html(snag(), '<a href="/" id="back">Back</a>', 'Next') },
    '/csp': {
      body: html(snag(), '<button id="pay">Pay</button><script src="/none.js"></script>'),
      headers: { 'Content-Security-Policy': `script-src 'self' ${server.origin}` },
    },
    '/off': { body: html(snag('data-wasm="off"'), body) },
    '/dnt': { body: html(snag('data-dnt'), body) },
    '/private': {
      body: html(
        snag(),
        `<div data-snag-private><button id="illness" name="illness">Illness</button><x-secret id="illness-host"></x-secret></div>
         <script>customElements.define('x-secret', class extends HTMLElement {
           connectedCallback() { this.attachShadow({ mode: 'open' }).innerHTML = '<button id="illness-inside" name="illness">Illness</button>'; }
         })</script>`,
      ),
    },
    '/forms': {
      body: html(snag(), `<form id="find" onsubmit="event.preventDefault()"><input name="q"></form><button id="go" onclick="history.pushState({}, '', '/forms/two')">Go</button>`),
    },
    '/endpoint': { body: html(snag(`data-endpoint="${server.origin}/elsewhere"`), body) },
    '/query': { body: html(`<script defer src="${server.origin}/snag.js?site=from.url"></script>`, body) },
    '/nosite': { body: html(`<script defer src="${server.origin}/snag.js"></script>`, body) },
    '/twice': { body: html(snag() + snag(), body) },
    '/early': {
      body: html(
        `<script>window.snag=window.snag||function(){(snag.q=snag.q||[]).push(arguments)};
         snag('signup',{props:{plan:'pro',seats:3,gift:true,none:null,'':'x'},value:12.5,currency:'EUR'});snag('seen')</script>` + snag(),
        body,
      ),
    },
  });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', ...ARGS],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
});

after(async () => {
  await browser?.close();
  site?.close();
  server?.close();
});

beforeEach(async () => {
  await context?.close();
  context = await browser.newContext({ viewport: { width: 1000, height: 700 } });
  page = await context.newPage();
  server.reset();
  errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
});

const open = async (path, wasm = true) => {
  await page.goto(site.origin + path);
  if (wasm) {
    await server.until(() => server.log().some(({ file }) => file === '/snag.wasm'));
    // The core is compiled within a moment of its arrival.
    await page.waitForTimeout(150);
  }
};
const sendNow = () => page.evaluate(() => dispatchEvent(new Event('pagehide')) && undefined);
const of = (kind) => server.events().filter((event) => event.kind === kind);
const clicks = () => of('click');
const acts = () => server.events().filter(({ kind }) => ['pageview', 'click'].includes(kind));
const clean = () => {
  assert.deepEqual(errors, []);
  assert.deepEqual(server.log().filter((entry) => entry.error || entry.preflight), []);
};

test('the pageview leaves at once, beside the asking for the second stage and before that for the core', async () => {
  await open('/');
  const log = server.log().map(({ file, posted }) => file || posted);
  const [first, second, third, ...rest] = log.filter(Boolean);
  // Two requests of one moment may overtake each other.
  assert.deepEqual([first, [second, third].sort(), rest], ['/snag.js', ['/b', '/snag.more.js'], ['/snag.wasm']]);
  await server.until(() => server.batches().length === 1);
  const [{ head, events, headers }] = server.batches();
  assert.equal(head.site, 'shop');
  assert.deepEqual(head.viewport, [1000, 700]);
  assert.equal(events.length, 1);
  const { at, ...event } = events[0];
  assert.deepEqual(event, { kind: 'pageview', view: 0, url: site.origin + '/', title: 'A shop', status: 200 });
  assert.ok(at <= head.sent && at > 0);
  assert.equal(headers.cookie, undefined);
  clean();
});

test('a browser that a program drives says so in every batch, another says nothing', async () => {
  for (const driven of [true, false]) {
    if (!driven) await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'webdriver', { get: () => false }));
    await page.goto('about:blank');
    await page.waitForTimeout(200);
    server.reset();
    await open('/');
    await page.click('#pay b');
    await sendNow();
    await server.until(() => clicks().length === 1);
    const told = server.batches().map(({ head }) => head.automated ?? false);
    assert.ok(told.length > 1 && told.every((is) => is === driven), told.join());
  }
  clean();
});

test('clicks say what was clicked', async () => {
  await open('/');
  for (const selector of ['#pay b', '.x', 'p:nth-of-type(1) i', 'p:nth-of-type(2)', '[data-snag]', '[type=submit]', '#card button', 'img'])
    await page.click(selector);
  await server.until(() => clicks().length === 8);
  assert.ok(server.batches().some(({ core, events }) => core && events[0].kind === 'click'));
  assert.deepEqual(
    clicks().map(({ element: { selector, tag, text = '', href = '' } }) => [selector, tag, text, href]),
    [
      ['#pay', 'button', 'Pay now', ''],
      ['button:nth-of-type(2)', 'button', '×', ''],
      ['i', 'i', 'text', ''],
      ['p:nth-of-type(2)', 'p', 'More text', ''],
      ['[data-snag="mark"]', 'span', 'marked', ''],
      ['input:nth-of-type(2)', 'input', 'Send it', ''],
      ['#card >>> button', 'button', 'In the shadow', ''],
      ['a[href="/img"]', 'a', 'Logo', '/img'],
    ],
  );
  const { x, y } = clicks()[0];
  assert.ok(x > 0 && x < 1000 && y > 0 && y < 700);
  clean();
});

test('a click on a link arrives although the page is gone at once', async () => {
  await open('/');
  await page.click('a[href^="/next"]');
  await server.until(() => clicks().length === 1 && of('pageview').length === 2);
  assert.equal(clicks()[0].url, site.origin + '/');
  assert.equal(clicks()[0].element.href, '/next?a=1');
  const next = of('pageview')[1];
  assert.equal(next.url, site.origin + '/next?a=1');
  assert.equal(next.referrer, site.origin + '/');
  const [first, ...others] = new Set(server.batches().map(({ head }) => head.page));
  assert.equal(others.length, 1, `two loads have two numbers, not ${[first, ...others]}`);
  clean();
});

test('a click on a link before the core is there arrives', async () => {
  await context.route('**/snag.wasm', () => {});
  await open('/', false);
  await page.waitForTimeout(300);
  await page.click('a[href^="/next"]');
  await server.until(() => clicks().length === 1);
  clean();
});

test('a click before the second stage is there is told once, whether it comes or not', async () => {
  for (const comes of [true, false]) {
    server.reset();
    let release;
    const held = new Promise((done) => (release = done));
    await context.route('**/snag.more.js', async (route) => {
      await held;
      await (comes ? route.continue() : route.abort());
    });
    await page.goto(site.origin + '/');
    await page.click('a[href^="/next"]', { modifiers: ['Alt'], noWaitAfter: true });
    await page.click('#pay');
    if (comes) {
      release();
      await server.until(() => server.log().some(({ file }) => file === '/snag.wasm'));
      await page.waitForTimeout(200);
    }
    await page.goto('about:blank');
    release();
    await server.until(() => clicks().length === 2);
    await page.waitForTimeout(300);
    assert.deepEqual(clicks().map(({ element }) => element.selector), [comes ? 'a[href="/next?a=1"]' : undefined, '#pay']);
    assert.deepEqual(clicks().map(({ element }) => element.href), ['/next?a=1', undefined]);
    await context.unroute('**/snag.more.js');
  }
  assert.deepEqual(errors, []);
});

test('a second stage that cannot be had leaves no error in the page', async () => {
  await context.route('**/snag.more.js', (route) => route.abort());
  const failed = [];
  await page.exposeFunction('failed', (reason) => failed.push(reason));
  await page.addInitScript(() => addEventListener('unhandledrejection', ({ reason }) => failed(String(reason))));
  await open('/', false);
  await page.waitForTimeout(300);
  for (let click = 0; click < 5; click++) await page.click('#pay');
  assert.deepEqual([errors, failed], [[], []]);
  assert.equal(of('pageview').length, 1);
});

test('in-page navigation is a pageview where path or search change, and only there', async () => {
  await open('/');
  await page.evaluate(async () => {
    const rest = () => new Promise((done) => setTimeout(done, 200));
    const go = async (act, title) => {
      act();
      setTimeout(() => (document.title = title), 20);
      await rest();
    };
    await go(() => history.pushState({}, '', '/one'), 'One');
    await go(() => history.pushState({}, '', '/one'), 'One again');
    await go(() => history.replaceState({}, '', '/one?q=1'), 'Search');
    await go(() => (location.hash = 'part'), 'Part');
    await go(() => history.replaceState({ scroll: 1 }, ''), 'State');
    await go(() => history.go(-3), 'Back');
  });
  await server.until(() => of('pageview').length >= 4);
  await page.waitForTimeout(200);
  assert.deepEqual(
    of('pageview').map(({ view, url, title, referrer = '' }) => [view, url.slice(site.origin.length), title, referrer.slice(site.origin.length)]),
    [
      [0, '/', 'A shop', ''],
      [1, '/one', 'One', '/'],
      [2, '/one?q=1', 'Search', '/one'],
      [3, '/', 'Back', '/one?q=1'],
    ],
  );
  assert.equal(new Set(server.batches().map(({ head }) => head.page)).size, 1);
  clean();
});

test('a click belongs to the page it was made on, in-page navigation or not', async () => {
  await open('/');
  await page.evaluate(() => document.querySelector('#pay').addEventListener('click', () => history.pushState({}, '', '/paid')));
  await page.click('#pay');
  await server.until(() => of('pageview').length === 2);
  await page.click('.x');
  await sendNow();
  await server.until(() => clicks().length === 2);
  assert.deepEqual(clicks().map(({ view, url }) => [view, url]), [[0, site.origin + '/'], [1, site.origin + '/paid']]);
  clean();
});

test('in-page navigation left at once still counts, with the title it had', async () => {
  await open('/');
  await page.evaluate(() => {
    history.pushState({}, '', '/one');
    document.title = 'One';
    location.href = '/next';
  });
  await server.until(() => of('pageview').length === 3);
  assert.deepEqual(of('pageview').map(({ title }) => title), ['A shop', 'One', 'Next']);
  clean();
});

test('a page that allows no wasm delivers pageviews and clicks', async () => {
  const refused = [];
  page.on('console', (message) => refused.push(message.text()));
  await open('/csp');
  const verdict = await page.evaluate(
    () => new Promise((done) => {
      // Inline script is refused here, so the page is asked from outside whether wasm is.
      WebAssembly.instantiate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then(() => done('allowed'), (error) => done(error.message));
    }),
  );
  assert.match(verdict, /Content Security Policy|unsafe-eval/);
  await page.click('#pay');
  await sendNow();
  await server.until(() => clicks().length === 1);
  assert.equal(of('pageview').length, 1);
  assert.equal(clicks()[0].element.selector, '#pay');
  clean();
});

test('data-wasm="off" never asks for the core', async () => {
  await open('/off', false);
  await page.click('#pay');
  await page.waitForTimeout(400);
  await sendNow();
  await server.until(() => clicks().length === 1);
  assert.deepEqual(server.log().filter(({ file }) => file === '/snag.wasm'), []);
  clean();
});

test('custom events told before the loader came are delivered', async () => {
  await open('/early');
  await page.evaluate(() => snag('later', { value: '3', props: { long: 'x'.repeat(5000) + '😀', list: [1, 2] } }));
  await sendNow();
  await server.until(() => of('custom').length === 3);
  const told = of('custom').map(({ name, props, value, currency }) => ({ name, props, value, currency }));
  assert.deepEqual(told[0], { name: 'signup', props: { plan: 'pro', seats: '3', gift: 'true' }, value: 12.5, currency: 'EUR' });
  assert.deepEqual(told[1], { name: 'seen', props: undefined, value: undefined, currency: undefined });
  assert.deepEqual(told[2].props, { long: 'x'.repeat(300), list: '1,2' });
  assert.equal(told[2].value, 3);
  clean();
});

test('many careless custom events do no harm', async () => {
  await open('/');
  await page.evaluate(() => {
    snag();
    snag('');
    snag(7);
    snag('no', null);
    snag('half', { props: { a: 'x'.repeat(299) + '😀', b: '\ud800 \0 \u0007', c: Symbol, d: {} }, value: NaN, currency: 5 });
    for (let index = 0; index < 40; index++) {
      const props = {};
      for (let prop = 0; prop < 40; prop++) props['名'.repeat(38) + prop] = '價'.repeat(400) + index;
      snag('big', { props });
      snag('small', Object.fromEntries([['props', { [`k${index}`]: index }]]));
    }
  });
  const small = () => of('custom').filter(({ name }) => name === 'small').length;
  await server.until(() => small() >= 39, 20000);
  await sendNow();
  await server.until(() => small() === 40);
  assert.equal(of('custom').filter(({ name }) => name === 'big').length, 40);
  assert.equal(of('custom').find(({ name }) => name === 'half').value, undefined);
  assert.ok(server.batches().every(({ size }) => size <= 65536));
  clean();
});

test('nothing a visitor typed is ever sent', async () => {
  await open('/');
  for (const [selector, typed] of [['#name', 'MyNameTyped'], ['#secret', 'MySecretTyped'], ['#note', 'MyNoteTyped'], ['#edit', 'MyEditTyped']]) {
    await page.click(selector);
    await page.keyboard.type(typed);
    await page.click(selector);
  }
  await page.mouse.click(990, 690);
  await sendNow();
  await server.until(() => clicks().length >= 9);
  for (const { body } of server.batches()) assert.doesNotMatch(body.toString('latin1'), /Typed|typed/);
  assert.ok(clicks().some(({ element }) => element.text === 'Password'));
  clean();
});

test('what its author marks private keeps its names, within a shadow root and before the second stage too', async () => {
  for (const comes of [true, false]) {
    if (!comes) await context.route('**/snag.more.js', (route) => route.abort());
    server.reset();
    await open('/private', comes);
    await page.click('#illness');
    await page.click('#illness-inside');
    await page.waitForTimeout(comes ? 3500 : 100);
    await page.goto('about:blank');
    await server.until(() => clicks().length === 2);
    for (const { body } of server.batches()) assert.doesNotMatch(body.toString(), /illness/i);
  }
  clean();
});

test('a form that stays is begun anew in each view', async () => {
  await open('/forms');
  for (const go of [true, false]) {
    await page.click('[name=q]');
    if (go) await page.click('#go');
  }
  await sendNow();
  const begun = () => of('signal').filter(({ what }) => what === 'form_start').map(({ view }) => view);
  await server.until(() => begun().length === 2);
  assert.deepEqual(begun(), [0, 1]);
  clean();
});

test('a click on a label counts once', async () => {
  await open('/');
  await page.click('label', { position: { x: 3, y: 8 } });
  await sendNow();
  await server.until(() => clicks().length > 0);
  await page.waitForTimeout(200);
  assert.deepEqual(clicks().map(({ element }) => element.selector), ['label']);
  clean();
});

test('the middle button counts, the right one and scripts do not', async () => {
  await open('/');
  await page.click('#pay', { button: 'middle' });
  await page.click('#pay', { button: 'right' });
  await page.evaluate(() => document.querySelector('#pay').click());
  await page.focus('.x');
  await page.keyboard.press('Enter');
  await sendNow();
  await server.until(() => clicks().length > 0);
  await page.waitForTimeout(200);
  assert.deepEqual(clicks().map(({ element }) => element.text), ['Pay now', '×']);
  clean();
});

for (const [how, answer] of [['cut off', 0], ['503', 503], ['429', 429]])
  test(`what could not be sent (${how}) is sent when the collector is back, once`, async () => {
    server.answer(answer);
    await open('/');
    await page.click('#pay');
    await sendNow();
    await page.waitForTimeout(200);
    await page.click('.x');
    await sendNow();
    await server.until(() => server.log().filter(({ failed }) => failed).length >= 3);
    await page.waitForTimeout(200);
    server.answer(204);
    await page.waitForTimeout(300);
    await sendNow();
    await server.until(() => acts().length === 3);
    const { head, events } = server.batches().find(({ events }) => events.some(({ kind }) => kind === 'pageview'));
    const shown = events.find(({ kind }) => kind === 'pageview');
    assert.ok(head.sent - shown.at > 500, 'the time of sending is that of the last try');
    await sendNow();
    await page.waitForTimeout(200);
    assert.equal(acts().length, 3);
    clean();
  });

test('a log that is sent again says what it said, and not what was told since', async () => {
  await context.route('**/snag.wasm', (route) => route.abort());
  server.answer(503);
  await open('/', false);
  await page.waitForTimeout(300);
  for (let time = 0; time < 3; time++) {
    await page.mouse.move(10 + time, 10);
    await page.waitForTimeout(700);
    await sendNow();
    await page.waitForTimeout(100);
  }
  server.answer(204);
  await page.mouse.move(50, 50);
  await page.waitForTimeout(2500);
  const used = await page.evaluate(() => performance.now());
  await sendNow();
  await server.until(() => of('attention').length >= 4);
  await page.waitForTimeout(200);
  const engaged = of('attention').reduce((sum, { attention }) => sum + attention.engaged, 0);
  assert.ok(engaged > used - 800 && engaged <= used, `${engaged} of ${used} ms`);
  clean();
});

test('what the collector refuses is not sent again', async () => {
  server.answer(400);
  await open('/');
  await page.waitForTimeout(200);
  server.answer(204);
  await sendNow();
  await page.waitForTimeout(200);
  assert.deepEqual(acts(), []);
});

test('waiting events leave after fifteen seconds', async () => {
  await open('/');
  // What was found on the page leaves first.
  await server.until(() => of('exposure').length > 0);
  await page.click('#pay');
  const clicked = Date.now();
  await server.until(() => clicks().length === 1, 20000);
  const waited = Date.now() - clicked;
  assert.ok(waited > 14000 && waited < 17000, `${waited} ms`);
  clean();
});

test('many events do not wait', async () => {
  await open('/');
  for (let click = 0; click < 90; click++) await page.click('#pay');
  await server.until(() => clicks().length > 45, 5000);
  clean();
});

test('a page shown again from the back-forward cache is a pageview', async () => {
  await open('/');
  await page.goto(site.origin + '/next');
  await page.goBack({ waitUntil: 'commit' });
  await server.until(() => of('pageview').length === 3);
  const again = of('pageview')[2];
  assert.deepEqual([again.url, again.view], [site.origin + '/', 1], 'it is the same load, shown a second time');
  clean();
});

test('a page rendered ahead counts once it is shown', async () => {
  // The browser under test renders nothing ahead while it is driven, so the page is told that it does.
  await context.addInitScript(() => Object.defineProperty(document, 'prerendering', { value: true }));
  await open('/', false);
  await page.waitForTimeout(300);
  assert.deepEqual(server.events(), []);
  await page.evaluate(() => document.dispatchEvent(new Event('prerenderingchange')) && undefined);
  await server.until(() => of('pageview').length === 1);
  clean();
});

test('without keepalive it sends beacons', async () => {
  await context.addInitScript(() => delete Request.prototype.keepalive);
  await open('/');
  await page.click('a[href^="/next"]');
  await server.until(() => clicks().length === 1 && of('pageview').length === 2);
  clean();
});

test('global privacy control, and do-not-track where asked for, keep it silent', async () => {
  await context.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }));
  await open('/', false);
  await page.waitForTimeout(300);
  assert.deepEqual(server.events(), []);
  await context.close();
  context = await browser.newContext();
  page = await context.newPage();
  await context.addInitScript(() => Object.defineProperty(navigator, 'doNotTrack', { value: '1' }));
  await open('/dnt', false);
  await page.waitForTimeout(300);
  assert.deepEqual(server.events(), []);
  await open('/');
  assert.equal(of('pageview').length, 1);
});

test('the site may stand in the address, and the endpoint elsewhere', async () => {
  await open('/query');
  assert.equal(server.batches()[0].head.site, 'from.url');
  await open('/endpoint');
  assert.equal(of('pageview').length, 2);
  clean();
});

test('without a site it says so once and sends nothing', async () => {
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  await open('/nosite', false);
  await page.click('#pay');
  await page.waitForTimeout(200);
  assert.equal(said.filter((line) => line.startsWith('snag:')).length, 1, said.join());
  assert.deepEqual(server.events(), []);
});

test('a page that carries the snippet twice is counted once', async () => {
  await open('/twice');
  await page.click('#pay');
  await sendNow();
  await server.until(() => clicks().length > 0);
  await page.waitForTimeout(200);
  assert.equal(of('pageview').length, 1);
  assert.equal(clicks().length, 1);
  clean();
});
