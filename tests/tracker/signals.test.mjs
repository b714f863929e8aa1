// One page for each signal: what a visitor does there becomes rows in the store.
// Run: cargo xtask tracker && cargo build && node --test tests/tracker/
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { html, stage } from './stage.mjs';

let on;

const controls = `
  <button id="dead">Nothing</button>
  <button id="live" onclick="document.querySelector('#out').textContent += 'x'">Live</button>
  <button id="broken" onclick="throw new Error('no such basket')">Broken</button>
  <p id="out"></p>`;

before(async () => {
  on = await stage((snag) => ({
    '/clicks': html(snag(), controls),
    '/csp': { body: html(snag(), '<button id="dead">Nothing</button>'), headers: { 'Content-Security-Policy': `script-src ${new URL(snag().match(/http[^"]+/)[0]).origin}` } },
    '/deleted': html(snag(), controls),
    '/rage': html(snag(), controls),
    '/errors': html(snag(), `<button id="go" onclick="for (let i = 0; i < 15; i++) setTimeout(() => { throw new Error('number ' + i) })">Go</button><button id="promise" onclick="Promise.reject(new Error('refused'))">P</button>`),
    '/resource': html(snag(), '<img src="/missing.png?token=7">'),
    '/back/a': html(snag(), `<a id="away" href="/back/b">B</a><script>history.scrollRestoration='manual'</script>`),
    '/spa/one': html(snag(), `<button id="next" onclick="history.pushState({}, '', '/spa/two'); document.title='Two'">Next</button>`, 'One'),
    '/copy': html(snag(), '<p id="text">Copy this sentence</p>'),
    '/links': html(snag(), '<a id="out" href="https://other.example/x?y=1" target="_blank">Out</a><a id="file" href="/list.pdf" download>List</a>'),
    '/list.pdf': 'x',
    '/find': html(snag(), '<p>Found</p>'),
    '/gone': { status: 404, body: html(snag(), '<p>Gone</p>', 'Not found') },
    '/tall': html(snag(), '<div style="height:7000px">Tall</div>'),
    '/ads': html(snag(), `<div style="height:2000px"></div><a id="ad" href="/sale" data-snag-ad="spring" data-snag-placement="foot" data-snag-campaign="seconds">Seconds</a><div style="height:2000px"></div>`),
    '/sale': 'x',
    '/form': html(snag(), `<form id="order" action="/done" onsubmit="event.preventDefault(); document.title='sent'">
        <input name="email" type="email" required><input name="phone"><span data-snag-private><input name="illness" id="illness"></span><button>Send</button></form>`),
    '/vitals': html(snag(), '<h1>Large words</h1><button id="slow" onclick="const end = performance.now() + 120; while (performance.now() < end); this.textContent = 1">Slow</button>'),
    '/words': html(snag(), ''),
  }));
});
after(() => on.close());

for (const [path, wasm] of [['/clicks', 'allowed'], ['/csp', 'blocked'], ['/deleted', 'deleted']])
  test(`a click that nothing answers is dead, with wasm ${wasm}`, async () => {
    const page = await on.open(path, { wasm });
    await page.click('#dead');
    await page.waitForTimeout(2700);
    await page.leave();
    const found = await on.events(path, ['click', 'dead'], 2);
    assert.deepEqual(found.map(({ kind, selector }) => [kind, selector]).sort(), [['click', '#dead'], ['dead', '#dead']]);
    assert.deepEqual(page.errors, []);
  });

test('clicks in one place in quick succession are one burst with its count, unless each is answered', async () => {
  const page = await on.open('/rage');
  for (let click = 0; click < 5; click++) await page.click('#dead', { delay: 20 });
  await page.waitForTimeout(1200);
  for (let click = 0; click < 5; click++) {
    await page.click('#live');
    await page.waitForTimeout(150);
  }
  await page.waitForTimeout(1200);
  await page.leave();
  const found = await on.events('/rage', ['rage']);
  assert.deepEqual(found.map(({ selector, amount }) => [selector, amount]), [['#dead', 5]]);
});

test('a click that an error follows bears its message, and errors are told ten times', async () => {
  const page = await on.open('/clicks');
  await page.click('#broken');
  await page.waitForTimeout(200);
  await page.leave();
  const [click] = await on.events('/clicks', ['error_click']);
  assert.equal(click.selector, '#broken');
  assert.match(click.detail, /no such basket/);
  const noisy = await on.open('/errors');
  await noisy.click('#go');
  await noisy.waitForTimeout(300);
  await noisy.leave();
  assert.equal((await on.events('/errors', ['error'], 10)).length, 10);
});

test('a rejection nobody handles is an error', async () => {
  const page = await on.open('/errors');
  await page.click('#promise');
  await page.waitForTimeout(200);
  await page.leave();
  const found = await on.events('/errors', ['error'], 11);
  assert.ok(found.some(({ detail }) => detail === 'refused'));
});

test('a file that cannot be loaded is told without its query', async () => {
  const page = await on.open('/resource');
  await page.leave();
  const [found] = await on.events('/resource', ['resource']);
  assert.equal(found.detail, on.site + '/missing.png');
});

test('in-page navigation counts each page once, with its title, and says who came back', async () => {
  const page = await on.open('/spa/one');
  await page.click('#next');
  await page.waitForTimeout(300);
  await page.goBack();
  await page.waitForTimeout(300);
  await page.leave();
  const found = await on.rows(`SELECT path, title FROM events WHERE path LIKE '/spa/%' AND kind = 'pageview' ORDER BY time, seq`, 3);
  assert.deepEqual(found, [{ path: '/spa/one', title: 'One' }, { path: '/spa/two', title: 'Two' }, { path: '/spa/one', title: 'Two' }]);
  const shown = await on.events('/spa/one', ['pageview'], 2);
  assert.deepEqual(shown.map(({ detail }) => detail), ['', 'back']);
  assert.equal((await on.events('/spa/one', ['dead'])).length, 0);
});

test('copied text is told by its length', async () => {
  const page = await on.open('/copy');
  // As people do: the second click selects a word, the third the sentence.
  await page.hover('#text');
  for (const clickCount of [1, 2, 3]) {
    await page.mouse.down({ clickCount });
    await page.mouse.up({ clickCount });
    await page.waitForTimeout(120);
  }
  await page.keyboard.press('Control+C');
  await page.waitForTimeout(100);
  await page.leave();
  const [found] = await on.events('/copy', ['copy']);
  assert.deepEqual([found.amount, found.selector], [18, '#text']);
  assert.equal((await on.events('/copy', ['rage'], 0)).length, 0);
});

test('links that lead away and to files are told beside their clicks', async () => {
  const page = await on.open('/links');
  await page.click('#out', { modifiers: ['Alt'] });
  await page.click('#file');
  await page.waitForTimeout(100);
  await page.leave();
  const found = await on.events('/links', ['outbound', 'download'], 2);
  assert.deepEqual(found.map(({ kind, detail }) => [kind, detail]), [['outbound', 'https://other.example/x'], ['download', '/list.pdf']]);
});

test('a search on the site bears its term', async () => {
  const page = await on.open('/find?q=Blue%20mug');
  await page.leave();
  assert.equal((await on.events('/find', ['search']))[0].detail, 'blue mug');
});

test('a page that is not there says so', async () => {
  const page = await on.open('/gone');
  await page.leave();
  assert.equal((await on.events('/gone', ['pageview']))[0].amount, 404);
});

test('depth, engaged time and attention follow the screen', async () => {
  const page = await on.open('/tall');
  await page.waitForTimeout(1000);
  await page.mouse.move(100, 100);
  await page.mouse.wheel(0, 2800);
  await page.waitForTimeout(1500);
  await page.leave();
  const sql = `SELECT max(depth) AS depth, toUInt32(sum(engaged_ms)) AS engaged, sumForEach(tenths_ms) AS tenths FROM attention WHERE path = '/tall'`;
  await on.rows(`SELECT 1 FROM attention WHERE path = '/tall'`);
  const [{ depth, engaged, tenths }] = await on.ask(sql);
  assert.ok(depth >= 48 && depth <= 52, `${depth} %`);
  assert.ok(engaged > 2000 && engaged < 6000, `${engaged} ms`);
  const [first, , , , fifth, , , , , last] = tenths.map(Number);
  assert.ok(first > 500 && fifth > 700 && last === 0, `${tenths}`);
});

test('a creative counts as seen only after a second on the screen, and every link is in the inventory', async () => {
  const page = await on.open('/ads');
  await page.waitForTimeout(3500);
  await page.leave();
  const exposure = `SELECT toUInt8(max(viewable)) AS viewable, ad, placement, campaign FROM exposures LEFT JOIN (SELECT * FROM elements FINAL) AS elements USING (site, element) WHERE path = '/ads' AND selector = '#ad' GROUP BY ad, placement, campaign`;
  assert.deepEqual(await on.rows(exposure), [{ viewable: 0, ad: 'spring', placement: 'foot', campaign: 'seconds' }]);
  const again = await on.open('/ads');
  await again.waitForTimeout(1400);
  await again.evaluate(() => document.querySelector('#ad').scrollIntoView());
  await again.waitForTimeout(1700);
  await again.leave();
  await on.rows(`SELECT 1 FROM exposures WHERE path = '/ads' AND viewable`);
  assert.deepEqual(await on.ask(exposure), [{ viewable: 1, ad: 'spring', placement: 'foot', campaign: 'seconds' }]);
});

test('of a form it is told which field was touched last and what it complained of, never what was typed', async () => {
  const page = await on.open('/form');
  await page.click('[name=email]');
  await page.waitForTimeout(300);
  await page.keyboard.type('Typed');
  await page.keyboard.press('Backspace');
  await page.click('button');
  await page.waitForTimeout(100);
  await page.click('#illness');
  await page.keyboard.type('Typed too');
  await page.waitForTimeout(100);
  await page.leave();
  const kinds = await on.events('/form', ['form_start', 'form_fail', 'form_submit'], 2);
  assert.deepEqual(kinds.map(({ kind, selector, detail }) => [kind, selector, detail]), [['form_start', '#order', ''], ['form_fail', '#order', 'typeMismatch']]);
  const fields = await on.rows(
    `SELECT name, type, argMax(message, time) AS message, argMax(position, time) AS position, argMax(hesitation_ms, time) AS hesitation, argMax(corrections, time) AS corrections, toUInt8(argMax(last, time)) AS last
     FROM fields LEFT JOIN (SELECT * FROM elements FINAL) AS elements USING (site, element) WHERE path = '/form' GROUP BY element, name, type ORDER BY position`,
    2,
  );
  const [email, illness] = fields;
  assert.deepEqual([email.name, email.type, email.message, email.position, email.corrections, email.last], ['email', 'email', 'typeMismatch', 1, 1, 0]);
  assert.ok(email.hesitation >= 250 && email.hesitation < 2000, `${email.hesitation} ms`);
  assert.deepEqual([illness.name, illness.last], ['', 1]);
  const everything = JSON.stringify([await on.ask(`SELECT * FROM elements`), await on.ask(`SELECT * FROM events`), await on.ask('SELECT * FROM fields')]);
  assert.doesNotMatch(everything, /Typed|illness/);
});

test('a form that is sent says so', async () => {
  const page = await on.open('/form');
  await page.fill('[name=email]', 'me@mail.example');
  await page.click('button');
  await page.waitForTimeout(100);
  await page.leave();
  assert.equal((await on.events('/form', ['form_submit'])).length, 1);
});

test('web vitals of the load and of interactions are told', async () => {
  const page = await on.open('/vitals');
  await page.click('#slow');
  await page.waitForTimeout(500);
  await page.leave();
  await on.rows(`SELECT 1 FROM attention WHERE path = '/vitals'`);
  const [found] = await on.ask(`SELECT max(lcp_ms) AS lcp, max(inp_ms) AS inp, max(fcp_ms) AS fcp, max(ttfb_ms) AS ttfb, max(load_ms) AS load FROM attention WHERE path = '/vitals'`);
  assert.ok(found.inp >= 104 && found.inp < 600, JSON.stringify(found));
  for (const figure of ['lcp', 'fcp', 'ttfb', 'load']) assert.ok(found[figure] > 0 && found[figure] < 5000, JSON.stringify(found));
});

test('what the page says itself is told: events, who it is, what was agreed to', async () => {
  const page = await on.open('/words');
  await page.evaluate(() => {
    snag('purchase', { props: { plan: 'pro' }, value: 12.5, currency: 'EUR' });
    snag.identify('customer 77');
    snag.consent('granted');
  });
  await page.leave();
  const found = await on.events('/words', ['custom', 'identify', 'consent'], 3);
  assert.deepEqual(found.map(({ kind, name, props, value }) => [kind, name, props, value]), [
    ['custom', 'purchase', { plan: 'pro' }, 12.5], ['identify', '', {}, null], ['consent', '', {}, null],
  ]);
  assert.equal(found[2].detail, 'granted');
  assert.match(found[1].detail, /^[0-9a-f]{16}$/);
});
