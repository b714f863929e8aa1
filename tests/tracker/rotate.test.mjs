// Rotations: one creative is shown, chance chooses it, it stays for the visitor, and the rows say so.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { html, stage } from './stage.mjs';

const STYLE = '<style>[data-snag-rotate]:not([data-snag-rotated]) { display: none }</style>';
const NAMES = ['mug', 'pot', 'vase'];
const banners = (attributes = '') => NAMES.map((name) => `<a class="arm" href="/sale/${name}" data-snag-ad="${name}" data-snag-placement="hero" ${attributes}>${name}</a>`).join('');

let on;
before(async () => {
  on = await stage((snag, tracker) => {
    const rotate = (attributes = '') => `${STYLE}<script async ${attributes} src="${tracker}/snag-rotate.js?site=shop"></script>`;
    return {
      '/children': html(snag() + rotate(), `<div data-snag-rotate="hero">${banners()}</div>`),
      '/again': html(snag() + rotate(), `<p>Other</p><div data-snag-rotate="hero">${banners()}</div>`),
      '/shared': html(snag() + rotate(), `${banners('data-snag-rotate="hero"').replaceAll('</a>', '</a><p>Between</p>')}`),
      '/alone': html(snag() + rotate(), `<a class="arm" href="/sale/mug" data-snag-ad="mug" data-snag-rotate="alone"><b>One</b><i>Two</i></a>`),
      '/later': html(snag() + rotate(), `<main></main><script>setTimeout(() => document.querySelector('main').innerHTML = ${JSON.stringify(`<div data-snag-rotate="hero">${banners()}</div>`)}, 400)</script>`),
      '/blocked': html(snag() + rotate(`onerror="document.querySelectorAll('[data-snag-rotate]').forEach((node) => (node.dataset.snagRotated = ''))"`), `<div data-snag-rotate="hero">${banners()}</div>`),
      '/sale/mug': 'x', '/sale/pot': 'x', '/sale/vase': 'x',
    };
  });
});
after(() => on.close());

const seen = (page) => page.evaluate(() => [...document.querySelectorAll('.arm')].filter((arm) => arm.checkVisibility()).map((arm) => arm.dataset.snagAd));

// Visitors differ by what their browsers call themselves.
const visit = async (path, visitor) => {
  const context = await on.browser.newContext({ userAgent: `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${visitor}.0.0.0 Safari/537.36`, viewport: { width: 1000, height: 700 } });
  const page = await context.newPage();
  await page.goto(on.site + path);
  await page.waitForSelector('[data-snag-rotated]', { timeout: 8000 });
  return Object.assign(page, { shown: await seen(page), end: () => context.close() });
};

test('one of the creatives is shown, and the others are not in the page', async () => {
  for (const path of ['/children', '/shared', '/later']) {
    const page = await visit(path, 130);
    assert.equal(page.shown.length, 1, path);
    assert.equal(await page.locator('.arm').count(), 1, path);
    await page.end();
  }
  const alone = await visit('/alone', 130);
  assert.equal(await alone.locator('.arm > *').count(), 2);
  await alone.end();
});

test('a visitor sees the same one on every page, without anything kept in the browser, and visitors see different ones', async () => {
  const counts = new Map();
  for (let visitor = 101; visitor < 125; visitor++) {
    const first = await visit('/children', visitor);
    const [cookies, kept] = await Promise.all([first.context().cookies(), first.evaluate(() => localStorage.length + sessionStorage.length)]);
    assert.deepEqual([cookies.length, kept], [0, 0]);
    await first.end();
    if (visitor % 4 == 0) {
      const second = await visit('/again', visitor);
      assert.deepEqual(second.shown, first.shown);
      await second.end();
    }
    counts.set(first.shown[0], (counts.get(first.shown[0]) || 0) + 1);
  }
  assert.deepEqual([...counts.keys()].sort(), NAMES);
});

test('until one is chosen none is to be seen, and where none can be the page may show all', async () => {
  const context = await on.browser.newContext();
  const page = await context.newPage();
  let go;
  const held = new Promise((done) => (go = done));
  await page.route('**/snag-rotate.js*', async (route) => (await held, route.continue()));
  await page.goto(on.site + '/children', { waitUntil: 'commit' });
  await page.waitForTimeout(600);
  assert.deepEqual(await seen(page), []);
  go();
  await page.waitForSelector('[data-snag-rotated]');
  assert.equal((await seen(page)).length, 1);
  await context.close();
  const without = await on.browser.newContext();
  const blocked = await without.newPage();
  await blocked.route('**/snag-rotate.js*', (route) => route.abort());
  await blocked.goto(on.site + '/blocked');
  await blocked.waitForSelector('[data-snag-rotated]');
  assert.deepEqual(await seen(blocked), NAMES);
  await without.close();
});

test('rows say that chance chose, and tell nothing of those that were not shown', async () => {
  const page = await on.open('/children');
  await page.waitForTimeout(3500);
  const [shown] = await seen(page);
  await page.leave();
  const sql = `SELECT DISTINCT ad, placement, rotation FROM exposures INNER JOIN (SELECT * FROM elements FINAL) AS elements USING (site, element)
    WHERE exposures.path = '/children' AND viewable ORDER BY ad`;
  const found = await on.rows(sql);
  assert.ok(found.some(({ ad }) => ad === shown));
  for (const { placement, rotation } of found) assert.deepEqual([placement, rotation], ['hero', 'hero']);
  const elements = await on.ask(`SELECT uniqExact(ad) AS ads FROM exposures INNER JOIN (SELECT * FROM elements FINAL) AS elements USING (site, element) WHERE pageview = (SELECT argMax(pageview, time) FROM exposures WHERE path = '/children')`);
  assert.equal(Number(elements[0].ads), 1);
  // All of the pages that have no rotation's script say nothing of one.
  const blocked = await on.ask(`SELECT count() AS rows FROM elements FINAL WHERE path = '/blocked' AND rotation != ''`);
  assert.equal(Number(blocked[0].rows), 0);
});
