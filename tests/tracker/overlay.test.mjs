// The overlay over a live page: it counts nothing, lies where it should, leaves as it came, and shows texts as texts.
// What it asks for is answered by a stand-in, with the shape of `snag page --format json`. SNAG_SCREENSHOTS names a directory for
// pictures of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { html, stage } from './stage.mjs';

const SHOP = `
  <style>
    body { margin: 0; font: 17px/1.6 Georgia, serif; color: #333; background: #fdfbf6 } nav { display: flex; gap: 26px; padding: 22px 48px; border-bottom: 1px solid #e8e2d4 }
    nav a, footer a { color: #24566b; text-decoration: none } main { max-width: 880px; margin: 40px auto; padding: 0 24px } h1 { font-size: 40px; margin: 0 0 8px }
    .buy { padding: 14px 34px; border: 0; border-radius: 8px; background: #24566b; color: #fff; font-size: 18px } .cards { display: grid; grid-template-columns: repeat(3, 1fr); gap: 22px; margin: 46px 0 }
    .cards a { display: block; height: 190px; padding: 16px; border-radius: 10px; background: #efe9da; color: #333; text-decoration: none } .scroller { height: 120px; overflow: auto; border: 1px solid #ddd }
    footer { margin-top: 900px; padding: 40px 48px; background: #efe9da } * { color: inherit } p { max-width: 60ch } div { float: none } section { background: red !important } button { letter-spacing: 4px }
  </style>
  <nav><a href="/">Tide &amp; Turf</a><a href="/catalogue">Catalogue</a><a href="/sale">Sale</a><a href="/cart">Cart</a></nav>
  <main><h1>Heron jug</h1><p>Thrown by hand, glazed in the grey of the estuary at low water. Holds a litre, pours without a drip.</p>
    <button class="buy" id="buy">Put into the basket</button> <img id="picture" alt="" width="300" height="120" src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Crect width='100%25' height='100%25' fill='%23cfc6b0'/%3E%3C/svg%3E">
    <div class="cards"><a href="/product/a">Harbour bowl</a><a href="/product/b">Kelp vase</a><a href="/product/c">Limpet cup</a></div>
    <div class="scroller"><div style="height:300px"></div><a href="/inside" id="inside">Inside a box that scrolls</a><div style="height:300px"></div></div>
    <x-card></x-card>
  </main>
  <footer><a href="/imprint">Imprint</a></footer>
  <script>customElements.define('x-card', class extends HTMLElement { connectedCallback() { this.attachShadow({ mode: 'open' }).innerHTML = '<p><button id="deep">In the shadow</button></p>'; } });
    heard = []; for (const type of ['click', 'keydown']) document.addEventListener(type, (event) => heard.push(type));</script>`;

const HOSTILE = '<img src=x onerror="document.title=\'broken\'"><b>Sale</b>';

const counts = (exposed, clickers, clicks) => ({ exposed, clickers, clicks, rate: exposed ? clickers / exposed : null, interval: exposed ? [(clickers / exposed) * 0.9, Math.min(1, (clickers / exposed) * 1.1)] : null });
const element = (number, selector, name, [exposed, clickers, clicks], more = {}) => ({
  number, selector, name, text: name, tag: 'a', href: '', role: '', is_control: true, shown: 1200, share: clicks / 1000, dead: 0, rage: 0, errors: 0,
  ...counts(exposed, clickers, clicks),
  devices: [
    { device: 'desktop', ...counts(exposed, clickers, clicks - 10), place: null, points: clicks ? [{ x: 4, y: 5, clicks: clicks - 60 }, { x: 6, y: 3, clicks: 40 }, { x: 1, y: 7, clicks: 10 }] : [] },
    { device: 'mobile', ...counts(10, clicks ? 10 : 0, clicks ? 10 : 0), place: null, points: [] },
  ],
  ...more,
});
const tenths = (rates) => rates.map((rate, index) => ({ from: index * 10, reached: Math.round(rate * 1000), rate, interval: [rate * 0.96, Math.min(1, rate * 1.03)], mean_seconds: 9 * rate * rate, attention: rate / rates.reduce((sum, one) => sum + one) }));
const audience = (views, visitors, rates) => ({ views, visitors, visits: visitors, entries: 1, exits: 1, exit_rate: 0.1, exit_interval: [0, 0.2], looked_at: views, median_engaged_seconds: 12, tenths: tenths(rates), vitals: [], load: {}, first_byte: {} });
const REACH = [1, 0.98, 0.86, 0.71, 0.55, 0.42, 0.33, 0.24, 0.12, 0.08];
const REPORT = {
  site: 'shop', page: '/shop', headline: '', from: '2026-01-05T10:00:00Z', to: '2026-02-01T09:59:59Z', pages: 1, expires: '2026-02-01T12:00:00Z',
  ...audience(12345, 9876, REACH),
  devices: [{ device: 'desktop', ...audience(8000, 6000, REACH) }, { device: 'mobile', ...audience(4345, 3876, REACH.map((rate) => rate / 2)) }],
  clicks: 1000, clicks_elsewhere: 0,
  elements: [
    element(1, '#buy', 'Put into the basket', [1100, 396, 430], { dead: 12, rage: 3 }),
    element(2, 'a[href="/product/b"]', 'Kelp vase', [900, 170, 180], { href: '/product/b' }),
    element(3, 'a[href="/sale"]', HOSTILE, [1150, 120, 140], { href: '/sale' }),
    element(4, 'x-card >>> #deep', 'In the shadow', [500, 60, 90]),
    element(5, '#inside', 'Inside a box that scrolls', [300, 40, 70], { href: '/inside' }),
    element(6, '#picture', '#picture', [1000, 60, 60], { is_control: false, tag: 'img', errors: 2 }),
    element(7, '#banner', 'Winter banner', [200, 20, 30]),
    element(8, 'a[href="/cart"]', 'Cart', [1100, 0, 0], { href: '/cart' }),
    // What stands there now leads elsewhere; and a selector that is none.
    element(9, 'a[href="/imprint"]', 'Terms', [40, 0, 0], { href: '/terms' }),
    element(10, '[[', 'Broken', [4, 0, 0]),
  ],
  errors: [], forms: [], notes: [],
};

let on;
before(async () => {
  on = await stage((snag, tracker) => ({
    '/shop': html(snag(), SHOP, 'Heron jug'),
    '/strict': { body: html(snag(), '<h1 id="buy">Strict</h1>', 'Strict'), headers: { 'Content-Security-Policy': `default-src 'none'; script-src ${tracker}; connect-src ${tracker}; style-src 'none'; require-trusted-types-for 'script'` } },
    '/moved': html(snag(), '<style>body { transform: translateY(60px); margin: 0 }</style><dialog id="ask"><button id="buy">Yes</button></dialog><div style="height:3000px"></div><script>ask.showModal()</script>', 'Moved'),
    '/imprint': html(snag(), 'Imprint'),
  }));
});
after(() => on.close());

// Opens the page with a token. The shadow root is closed to the page, but not to who may look at it before it is there.
const open = async (path, { status = 200, report = REPORT, viewport = { width: 1280, height: 860 }, colorScheme = 'light' } = {}) => {
  const context = await on.browser.newContext({ viewport, colorScheme });
  await context.addInitScript(() => {
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function (given) {
      const root = attach.call(this, given);
      if (this.localName === 'snag-overlay') (window.overlay = root), (window.overlayMode = given.mode);
      return root;
    };
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));
  });
  const page = await context.newPage();
  const [asked, sent, errors] = [[], [], []];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => request.url().startsWith(on.tracker) && sent.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await context.route('**/overlay/data*', (route) => {
    asked.push(new URL(route.request().url()).searchParams);
    const headers = { 'access-control-allow-origin': '*' };
    return route.fulfill(typeof status === 'function' ? status(headers) : { status, headers, json: report });
  });
  await page.goto(`${on.site}${path}#snag-overlay=t%2Fk%20n`);
  await page.waitForFunction(() => window.overlay && !/Asking/.test(overlay.querySelector('.said').textContent) && overlay.querySelector('.path').textContent);
  await page.waitForTimeout(100);
  return Object.assign(page, { asked, sent, errors, end: () => context.close() });
};

const shot = (page, name) => process.env.SNAG_SCREENSHOTS && page.screenshot({ path: `${process.env.SNAG_SCREENSHOTS}/overlay-${name}.png` });

const boxes = (page) =>
  page.evaluate(() =>
    [...overlay.querySelectorAll('.box')].map((box) => {
      const { x, y, width, height } = box.getBoundingClientRect();
      return { number: Number(box.querySelector('b').textContent), area: [x, y, width, height], isGone: box.classList.contains('gone') };
    }),
  );
const rect = (page, find) => page.evaluate((find) => { const { x, y, width, height } = new Function(`return ${find}`)().getBoundingClientRect(); return [x, y, width, height]; }, find);
const near = (one, other, what) => one.forEach((side, at) => assert.ok(Math.abs(side - other[at]) < 1.5, `${what}: ${one} is not ${other}`));
const choose = (page, mode) => page.evaluate((mode) => overlay.querySelector(`input[value=${mode}]`).click(), mode).then(() => page.waitForTimeout(100));
const PLACES = { 1: '#buy', 2: 'a[href="/product/b"]', 3: 'a[href="/sale"]', 5: '#inside', 6: '#picture', 8: 'a[href="/cart"]' };

test('who looks at the maps is not counted, and the token is gone from the address', async () => {
  const page = await open('/shop');
  await page.mouse.click(200, 300);
  await page.waitForTimeout(2600);
  assert.deepEqual(page.sent, ['GET /snag.js', 'GET /snag-overlay.js', 'GET /overlay/data']);
  assert.equal(page.url(), `${on.site}/shop`);
  assert.deepEqual(page.asked.map((asked) => [asked.get('token'), asked.get('path')]), [['t/k n', '/shop']]);
  assert.deepEqual(await page.evaluate(() => [overlayMode, localStorage.length, sessionStorage.length, document.cookie]), ['closed', 0, 0, '']);
  await page.goto('about:blank');
  assert.deepEqual(page.errors, []);
  assert.equal((await on.rows(`SELECT 1 FROM events WHERE path = '/shop'`, 1, 1500)).length, 0);
  await page.end();
});

test('boxes lie over their elements, also after scrolling, in boxes that scroll, in shadow roots and after resizing', async () => {
  const page = await open('/shop');
  const compare = async (what) => {
    await page.waitForTimeout(120);
    const found = await boxes(page);
    for (const { number, area, isGone } of found.filter(({ isGone }) => !isGone)) {
      const place = number === 4 ? `document.querySelector('x-card').shadowRoot.querySelector('#deep')` : `document.querySelector('${PLACES[number]}')`;
      near(area, await rect(page, place), `${number} ${what}`);
    }
    return found.filter(({ isGone }) => !isGone).map(({ number }) => number).sort();
  };
  assert.deepEqual(await compare('at first'), [1, 2, 3, 4, 6, 8]);
  await shot(page, 'clicks');
  await page.mouse.wheel(0, 260);
  await page.waitForTimeout(300);
  assert.equal((await compare('scrolled')).includes(5), false);
  await page.evaluate(() => (document.querySelector('.scroller').scrollTop = 250));
  assert.ok((await compare('scrolled inside')).includes(5));
  await page.setViewportSize({ width: 760, height: 700 });
  await compare('resized');
  await page.end();
});

test('what is not on the page now is listed as such, and trouble and counts stand beside what is', async () => {
  const page = await open('/shop');
  const [here, lost] = await page.evaluate(() => [[...overlay.querySelectorAll('.body > ol .line')], [...overlay.querySelectorAll('.lost .line')]].map((lines) => lines.map((line) => line.textContent)));
  assert.equal(here.length, 7);
  assert.equal(here[0], '1Put into the basket36 % (32-40) of 1,100 who saw itclickers: 12 without an answer, 3 in a rage43 %');
  assert.deepEqual(lost.map((line) => line.match(/Winter banner|Terms|Broken/)[0]), ['Winter banner', 'Terms', 'Broken']);
  // One that comes later is found.
  await page.evaluate(() => document.querySelector('main').insertAdjacentHTML('afterbegin', '<p id="banner">Winter</p>'));
  await page.waitForTimeout(1300);
  assert.equal(await page.evaluate(() => overlay.querySelectorAll('.lost .line').length), 2);
  // Of phones only ten clicks a link are known.
  await page.evaluate(() => { const device = overlay.querySelector('select'); device.value = 'mobile'; device.dispatchEvent(new Event('change')); });
  assert.match(await page.evaluate(() => overlay.querySelector('.figures').textContent), /^4,345 views by 3,876 visitors/);
  assert.match(await page.evaluate(() => overlay.querySelector('.body .share').textContent), /^14 %$/);
  await page.end();
});

test('HTML in what visitors sent stays text', async () => {
  const page = await open('/shop');
  assert.deepEqual(await page.evaluate(() => [document.title, overlay.querySelectorAll('img').length, [...overlay.querySelectorAll('.name')][2].textContent]), ['Heron jug', 0, HOSTILE]);
  await page.end();
});

test('the scroll map and the map of attention cover the page in tenths, and off shows the page alone', async () => {
  const page = await open('/shop');
  await choose(page, 'scroll');
  const bands = await page.evaluate(() => [...overlay.querySelectorAll('.band')].map((band) => { const { top, bottom } = band.getBoundingClientRect(); return [top + scrollY, bottom + scrollY, band.textContent]; }));
  const height = await page.evaluate(() => document.documentElement.getBoundingClientRect().height);
  assert.equal(bands.length, 10);
  bands.forEach(([top, bottom], at) => near([top, bottom], [(at * height) / 10, ((at + 1) * height) / 10], `band ${at}`));
  assert.equal(bands[3][2], '71 % (68-73) came to here');
  await shot(page, 'scroll');
  await choose(page, 'attention');
  assert.match((await page.evaluate(() => overlay.querySelector('.band').textContent)), /^19 % of attention, 9.0 s a view$/);
  await shot(page, 'attention');
  await choose(page, 'off');
  assert.deepEqual(await page.evaluate(() => [overlay.querySelectorAll('.band').length, overlay.querySelectorAll('.box').length]), [0, 0]);
  await page.end();
});

test('it is worked with the keyboard, is not heard of by the page, and Escape leaves the page as it was', async () => {
  const page = await open('/shop');
  assert.equal(await page.evaluate(() => overlay.activeElement.value), 'clicks');
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.evaluate(() => overlay.querySelectorAll('.band').length), 10);
  await page.keyboard.press('ArrowLeft');
  for (let times = 0; times < 2; times++) await page.keyboard.press('Tab');
  assert.match(await page.evaluate(() => overlay.activeElement.textContent), /Put into the basket/);
  await page.waitForTimeout(100);
  assert.equal(await page.evaluate(() => overlay.querySelector('.chosen b').textContent), '1');
  await shot(page, 'keyboard');
  await page.keyboard.press('Enter');
  assert.deepEqual(await page.evaluate(() => heard.filter((type) => type === 'click')), []);
  // What lies beneath is used as ever.
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForTimeout(600);
  await page.click('#buy');
  assert.deepEqual(await page.evaluate(() => heard.filter((type) => type === 'click')), ['click']);
  const before = await page.evaluate(() => [document.documentElement.scrollHeight, document.querySelector('snag-overlay') !== null]);
  await page.keyboard.press('Escape');
  assert.deepEqual(await page.evaluate(() => [document.documentElement.scrollHeight, document.querySelector('snag-overlay') !== null]), [before[0], false]);
  assert.deepEqual(page.errors, []);
  await page.end();
});

test('it says when the link has expired, when nothing is known, and when the collector is away', async () => {
  for (const [given, words] of [
    [{ status: 401 }, /link has expired/],
    [{ status: 500 }, /answered 500/],
    [{ status: () => ({ status: 204, headers: {} }) }, /cannot be reached/],
    [{ report: { ...REPORT, views: 0, elements: [], clicks: 0 } }, /Nothing is known of \/shop yet/],
  ]) {
    const page = await open('/shop', given);
    assert.match(await page.evaluate(() => overlay.querySelector('.said').textContent), words);
    assert.equal(await page.evaluate(() => overlay.querySelectorAll('.box, .band').length), 0);
    if (given.status === 401) await shot(page, 'expired');
    await page.end();
  }
});

test('a strict policy of the page, a moved body and an open dialog do not keep it away', async () => {
  const strict = await open('/strict');
  assert.deepEqual((await boxes(strict)).map(({ number }) => number), [1]);
  near((await boxes(strict))[0].area, await rect(strict, `document.querySelector('#buy')`), 'strict');
  assert.equal(await strict.evaluate(() => getComputedStyle(overlay.querySelector('.card')).position), 'absolute');
  assert.deepEqual(await strict.evaluate(() => violations.filter((directive) => !/img/.test(directive))), []);
  await strict.end();
  const moved = await open('/moved');
  near((await boxes(moved))[0].area, await rect(moved, `document.querySelector('#buy')`), 'moved');
  await shot(moved, 'moved');
  await moved.end();
});

test('it fits phones, and dark screens', async () => {
  const page = await open('/shop', { viewport: { width: 390, height: 800 }, colorScheme: 'dark' });
  const { left, right, bottom, height } = await page.evaluate(() => overlay.querySelector('.card').getBoundingClientRect().toJSON());
  assert.ok(left >= 0 && right <= 390 && bottom <= 800 && height < 420, JSON.stringify({ left, right, bottom, height }));
  await shot(page, 'phone');
  await page.end();
});

test('another page of the same load asks anew, with the same token', async () => {
  const page = await open('/shop');
  await page.evaluate(() => history.pushState({}, '', '/shop/two'));
  await page.waitForTimeout(1500);
  assert.deepEqual(page.asked.map((asked) => [asked.get('token'), asked.get('path')]), [['t/k n', '/shop'], ['t/k n', '/shop/two']]);
  await page.end();
});

test('a token in the address of another script, or none, opens nothing', async () => {
  const page = await on.open('/imprint#snag-overlay');
  await page.waitForTimeout(300);
  assert.equal(await page.evaluate(() => document.querySelector('snag-overlay')), null);
  await page.leave();
  assert.equal((await on.rows(`SELECT 1 FROM events WHERE path = '/imprint' AND kind = 'pageview'`)).length, 1);
});
