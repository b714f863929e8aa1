// The dashboard in Chromium, over the visitors of the demo's shop: each page for everybody, filters, a funnel from nothing,
// exports, without script, on a phone.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { HtmlValidate } from 'html-validate';
import { OWNER, PAGES, stage } from './stage.mjs';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
// Rules of taste are ours.
const html = new HtmlValidate({ extends: ['html-validate:standard'], rules: { 'no-trailing-whitespace': 'off', 'void-style': 'off', 'no-inline-style': 'error', 'long-title': 'off', 'prefer-native-element': 'off' } });

let snag;
before(async () => {
  snag = await stage();
  const page = await snag.open('/sites/shop');
  await page.click('text=Audit now');
  await page.waitForSelector('article');
  await page.leave();
});
after(() => snag?.close());

// What axe finds that matters.
const violations = async (page) => {
  await page.addScriptTag({ path: axe }).catch(async () => page.evaluate(await readFile(axe, 'utf8')));
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] }));
  assert.ok(passes.length > 10, 'axe looked at it');
  return violations.filter(({ impact }) => ['serious', 'critical'].includes(impact)).map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html).join(' ')}`);
};

for (const colorScheme of ['light', 'dark'])
  test(`every page is whole, valid and for everybody, in ${colorScheme}`, async () => {
    for (const [name, path] of Object.entries(PAGES)) {
      const page = await snag.open(`/sites/shop${path}`, { colorScheme, bypassCSP: true });
      assert.equal(page.answer.status(), 200, name);
      assert.equal(await page.locator('h1').count(), 1, `${name} has one title`);
      assert.deepEqual(page.errors, [], name);
      assert.deepEqual(page.strangers, [], `${name} asks nobody else`);
      assert.deepEqual(await violations(page), [], name);
      if (colorScheme === 'light') {
        const { results } = await html.validateString(await page.answer.text());
        const wrong = results.flatMap(({ messages }) => messages).filter(({ severity }) => severity === 2);
        assert.deepEqual(wrong.map(({ ruleId, message, line }) => `${line}: ${ruleId}: ${message}`).slice(0, 5), [], name);
      }
      await page.leave();
    }
  });

test('pages are light, and nothing of them moves sideways on a phone', async () => {
  const page = await snag.open(null, { viewport: { width: 375, height: 800 }, hasTouch: true });
  for (const [name, path] of Object.entries(PAGES)) {
    const sizes = [];
    const count = async (response) => sizes.push(await response.request().sizes().then(({ responseBodySize }) => responseBodySize, () => 0));
    page.on('response', count);
    await page.goto(`/sites/shop${path}`, { waitUntil: 'networkidle' });
    page.off('response', count);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(bytes < 150_000, `${name} has ${bytes} bytes`);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 375, `${name} is too wide`);
  }
  await page.leave();
});

test('everything but the words of a chart is there without script', async () => {
  for (const [name, path] of Object.entries(PAGES)) {
    const page = await snag.open(`/sites/shop${path}`, { javaScriptEnabled: false });
    assert.equal(page.answer.status(), 200, name);
    assert.ok((await page.locator('main h1').textContent()).length > 2, name);
    await page.leave();
  }
  const page = await snag.open('/sites/shop/overview', { javaScriptEnabled: false });
  assert.ok((await page.locator('svg.line path.stroke').getAttribute('d')).length > 5);
  await page.selectOption('[name=period]', '7d');
  await page.click('.bar button');
  assert.match(page.url(), /period=7d/);
  await page.leave();
});

test('a chart says under the pointer what a point is', async () => {
  const page = await snag.open('/sites/shop/overview');
  await page.hover('svg.line');
  assert.match(await page.locator('.says').textContent(), /\d visitors/);
  assert.ok(await page.locator('.says').isVisible());
  await page.leave();
});

test('a filter is a chip in the address, and goes along to other pages', async () => {
  const page = await snag.open('/sites/shop/overview');
  const visitors = () => page.locator('.figures b').first().textContent().then((text) => Number(text.replace(/,/g, '')));
  const all = await visitors();
  await page.keyboard.press('/');
  await page.selectOption('[name=dimension]', 'device');
  await page.fill('[name=value]', 'mobile');
  await page.click('.bar > button');
  assert.match(decodeURIComponent(page.url()), /value=mobile|where=device=mobile/);
  const some = await visitors();
  assert.ok(some > 0 && some < all, `${some} of ${all}`);
  await page.click('nav >> text=Paths');
  assert.match(await page.locator('.chip').textContent(), /device=mobile/);
  await page.click('nav >> text=Overview');
  await page.click('.chip');
  assert.equal(await visitors(), all);
  await page.leave();
});

test('a funnel is built from nothing and saved within half a minute', async () => {
  const start = Date.now();
  const page = await snag.open('/sites/shop/funnels');
  const steps = ['page:/cart', 'page:/checkout/1', 'page:/checkout/4', 'page:/checkout/6'];
  for (const [at, step] of steps.entries()) await page.locator('[name=step]').nth(at).fill(step);
  await page.fill('.builder [name=name]', 'checkout');
  await page.click('.builder >> text=Save under this name');
  await page.waitForSelector('.funnel li.worst');
  assert.ok(Date.now() - start < 30_000);
  assert.match(await page.locator('.funnel li.worst').textContent(), /Your details/);
  assert.match(await page.locator('.told .lead').textContent(), /abandon at screen/);
  const { stdout } = await snag.snag('funnel', 'checkout', '--site', 'shop', '--format', 'json');
  const told = JSON.parse(stdout).steps.map(({ visitors }) => visitors.toLocaleString('en'));
  assert.deepEqual(await page.locator('.funnel .many').allTextContents(), told);
  await page.goto('/sites/shop/funnels');
  await page.click('[aria-label="Forget checkout"]');
  assert.equal(await page.locator('text=None yet').count(), 1);
  await page.leave();
});

test('what a page shows is exported, and its command shows the same', async () => {
  const page = await snag.open('/sites/shop/reports/pages?limit=5');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=CSV')]);
  assert.equal(download.suggestedFilename(), 'shop-pages.csv');
  const file = await readFile(await download.path(), 'utf8');
  const command = await page.locator('.take code').textContent();
  const { stdout } = await snag.snag(...command.split(' ').slice(1), '--limit', '5', '--format', 'csv');
  assert.equal(file, stdout);
  await page.leave();
});

test('a finding that is muted is not told of, and the list can be taken along', async () => {
  const page = await snag.open('/sites/shop');
  const first = await page.locator('article h3').first().textContent();
  assert.match(first, /Your details/);
  const count = await page.locator('article').count();
  await page.locator('form.judge').last().getByText('Do not tell of it').click();
  await page.waitForLoadState();
  assert.equal(await page.locator('article').count(), count - 1);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=Take it along')]);
  assert.match(await readFile(await download.path(), 'utf8'), /Snag list/);
  await page.leave();
});

test('the maps of a page lie over the live shop, and nothing of the visit is counted', async () => {
  const page = await snag.open('/sites/shop/page?page=/');
  const link = await page.getAttribute('a.button', 'href');
  assert.ok(link.startsWith(`${snag.shop}/#snag-overlay=`), link);
  const context = await snag.browser.newContext({ viewport: { width: 1280, height: 900 } });
  const shop = await context.newPage();
  const [sent, wrong] = [[], []];
  shop.on('request', (request) => request.method() === 'POST' && sent.push(request.url()));
  shop.on('pageerror', (error) => wrong.push(error.message));
  const asked = shop.waitForResponse(/overlay\/data/);
  await shop.goto(link);
  const answer = await asked;
  assert.equal(answer.status(), 200);
  const told = await answer.json();
  assert.ok(told.views > 100 && told.elements.length > 5 && Date.parse(told.expires) > Date.now());
  assert.equal(new URL(shop.url()).hash, '', 'the link is taken out of the address');
  await shop.waitForTimeout(800);
  assert.deepEqual([sent, wrong], [[], []]);
  // One that was made up shows nothing.
  const [refused] = await Promise.all([shop.waitForResponse(/overlay\/data/), shop.goto('about:blank').then(() => shop.goto(`${snag.shop}/#snag-overlay=00.00`))]);
  assert.equal(refused.status(), 401);
  await context.close();
  const picture = await page.request.get('/sites/shop/page.svg?page=/');
  assert.ok([200, 400].includes(picture.status()));
  await page.leave();
});

test('somebody signs in, sees what their role lets them, and signs out', async () => {
  const owner = await snag.open('/sites/shop/settings');
  await owner.selectOption('[name=role]', 'viewer');
  await owner.click('text=Make a link');
  const invitation = await owner.locator('#secret').textContent();
  await owner.leave();
  const page = await snag.open(invitation, { isNobody: true });
  await page.fill('[name=email]', 'viewer@shop.example');
  await page.fill('[name=password]', OWNER.password);
  await page.click('main button');
  await page.waitForURL('**/sites/shop');
  assert.equal(await page.locator('nav >> text=Settings').count(), 0);
  assert.equal(await page.locator('text=Audit now').count(), 0);
  assert.equal((await page.goto('/sites/shop/settings')).status(), 403);
  await page.click('text=Sign out');
  assert.equal((await page.goto('/sites/shop/overview')).status(), 401);
  await page.fill('[name=email]', 'viewer@shop.example');
  await page.fill('[name=password]', OWNER.password);
  await page.click('main button');
  // Back where they wanted to go.
  await page.waitForURL('**/sites/shop/overview');
  await page.leave();
});

test('keys lead to pages, and the content can be skipped to', async () => {
  const page = await snag.open('/sites/shop');
  await page.keyboard.press('Tab');
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Skip/);
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'middle');
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await page.waitForURL('**/overview');
  await page.leave();
});
