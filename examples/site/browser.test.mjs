// The shop as a customer meets it, in Chromium, under the strictest policy it is served with.
import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, test } from 'node:test';
import { chromium } from 'playwright-core';

import { serve } from './serve.mjs';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
let shop;
let browser;
let page;
let thrown;

before(async () => {
  // Nobody listens at the collector's address: the shop has to do without its tracker.
  shop = await serve({ collector: 'http://127.0.0.1:9', site: 'shop', csp: true });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
});
after(async () => {
  await browser?.close();
  shop?.server.close();
  shop?.server.closeAllConnections();
});
beforeEach(async () => {
  page = await browser.newPage({ baseURL: shop.address });
  thrown = [];
  page.on('pageerror', (error) => thrown.push(error.message));
});
afterEach(() => page.close());

const path = () => new URL(page.url()).pathname;
const events = () => page.evaluate(() => (window.snag.q ?? []).map((given) => [...given]));
const fill = async (values) => {
  for (const [field, value] of Object.entries(values)) await page.fill(`#${field}`, value);
};
const DETAILS = { 'first-name': 'Nora', 'last-name': 'Burke', street: '7 Quay Street', town: 'Kinvara', postcode: 'H91', phone: '+353871234567', birthday: '1984-05-16', identity: '1234567AB' };

/** Presses Enter on what the keyboard reached, and waits for the page at `to`. */
async function enter(selector, to) {
  await page.focus(selector);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname === to);
}

test('an order is made by keyboard alone and reports its value once', async () => {
  await page.goto('/catalogue');
  await enter('#card-turf-teapot', '/product/turf-teapot');
  await page.fill('#quantity', '2');
  await page.focus('#quantity');
  await page.keyboard.press('Enter');
  assert.equal(await page.textContent('[data-basket-count]'), '2');
  await enter('#view-basket', '/cart');
  assert.equal(await page.textContent('[data-subtotal]'), '€156');
  await enter('#go-to-checkout', '/checkout/1');
  await enter('#to-sign-in', '/checkout/2');
  await fill({ 'guest-email': 'nora@mail.example' });
  await enter('#guest-email', '/checkout/3');
  await page.focus('#by-post');
  await page.keyboard.press('ArrowDown');
  await enter('#to-details', '/checkout/4');
  await fill(DETAILS);
  await page.focus('#terms');
  await page.keyboard.press('Space');
  await enter('#to-payment', '/checkout/5');
  assert.equal(await page.textContent('#pay'), 'Pay €168');
  await fill({ card: '4242 4242 4242 4242', expires: '11/31', code: '123', holder: 'Nora Burke' });
  await enter('#pay', '/checkout/6');
  assert.match(await page.textContent('[data-order]'), /CM-\d{6}.*2 pots.*€168/);
  assert.deepEqual(await events(), [['purchase', { value: 168, currency: 'EUR', props: { items: '2', delivery: 'courier' } }]]);
  await page.reload();
  assert.deepEqual(await events(), []);
  assert.ok(await page.isVisible('[data-no-order]'));
  assert.equal(page.url().includes('?'), false);
  assert.deepEqual(thrown, []);
});

test('the screen for personal details lets nobody by without them, nor with spaces in the phone number', async () => {
  await page.goto('/checkout/4');
  await page.click('#to-payment');
  assert.equal(path(), '/checkout/4');
  await fill({ ...DETAILS, phone: '087 123 45 67' });
  await page.check('#terms');
  await page.click('#to-payment');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'phone');
  await page.fill('#phone', DETAILS.phone);
  await page.click('#to-payment');
  await page.waitForURL('**/checkout/5');
});

test('the basket changes, empties, and survives what others put into its storage', async () => {
  await page.goto('/product/dune-plate');
  await page.click('#add-to-basket');
  await page.click('#add-to-basket');
  await page.click('#view-basket');
  await page.fill('#count-dune-plate', '4');
  await page.press('#count-dune-plate', 'Tab');
  assert.equal(await page.textContent('[data-subtotal]'), '€112');
  await page.click('#drop-dune-plate');
  assert.ok(await page.isVisible('[data-when="empty"]'));
  for (const kept of ['{', 'null', '[]', '{"lines":{"dune-plate":-1,"nothing":3,"tide-mug":"x"},"way":"pigeon"}']) {
    await page.evaluate((text) => localStorage.setItem('carrowmoor-basket', text), kept);
    await page.goto('/checkout/1');
    assert.ok(await page.isVisible('[data-when="empty"]'), kept);
  }
  assert.deepEqual(thrown, []);
});

test('search finds by the words of a pot, in any number', async () => {
  for (const [asked, found] of [
    ['mug', ['Tide mug']],
    ['mugs', ['Tide mug']],
    ['TEA', ['Limpet cup', 'Turf teapot']],
    ['serving dish', ['Burren serving dish']],
    ['<img src=x>', []],
    ['', []],
  ]) {
    await page.goto('/');
    await page.fill('#find', asked);
    await page.click('#find-go');
    await page.waitForURL((url) => url.pathname === '/search');
    assert.deepEqual(await page.locator('[data-results] h2').allTextContents(), found, asked);
    assert.equal(await page.inputValue('#q'), asked);
  }
});

test('the three banners take turns by chance, each with its address', async () => {
  const seen = {};
  for (let look = 0; look < 90; look += 1) {
    await page.goto('/', { waitUntil: 'domcontentloaded' });
    assert.equal(await page.locator('.banner').count(), 1);
    const id = await page.locator('.banner').getAttribute('data-snag-ad');
    seen[id] = (seen[id] ?? 0) + 1;
  }
  assert.deepEqual(Object.keys(seen).sort(), ['seconds', 'spring-glaze', 'tea-gift']);
  // Fewer than 10 of 90 at a chance of a third happens once in some millions of runs.
  assert.ok(Math.min(...Object.values(seen)) >= 10, JSON.stringify(seen));
});

test('the planted faults are there', async () => {
  await page.goto('/product/burren-dish');
  const before = await page.content();
  await page.click('#notify');
  await page.waitForTimeout(300);
  assert.equal(await page.content(), before);
  assert.deepEqual(thrown, []);

  await page.click('#care-guide');
  await page.waitForURL('**/guides/care');
  assert.match(await page.title(), /Page not found/);

  await page.goto('/sale');
  assert.equal(thrown.length, 1);
  assert.equal(await page.textContent('[data-days]'), '–');

  await page.click('#foot-wholesale');
  await page.waitForURL('**/wholesale');
});

test('no page is wider than a phone', async () => {
  await page.setViewportSize({ width: 360, height: 780 });
  await page.goto('/product/tide-mug');
  await page.click('#add-to-basket');
  for (const place of ['/', '/catalogue', '/product/tide-mug', '/search?q=a', '/cart', '/sale', '/about', '/delivery', '/contact', '/nowhere', ...[1, 2, 3, 4, 5, 6].map((screen) => `/checkout/${screen}`)]) {
    await page.goto(place);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${place} is ${wide} px too wide`);
  }
});
