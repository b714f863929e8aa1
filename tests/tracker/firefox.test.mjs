// The core of the suite in Firefox: /usr/bin/firefox-esr, or what FIREFOX names.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { html, onScreen, stage } from './stage.mjs';

const firefox = process.env.FIREFOX || '/usr/bin/firefox-esr';
const rest = (time) => new Promise((done) => setTimeout(done, time));

let on, browser;

before(async () => {
  on = await stage(
    (snag) => ({
      '/page': html(
        snag(),
        `<button id="dead">Nothing</button>
         <button id="live" onclick="document.querySelector('#out').textContent += 'x'">Live</button>
         <button id="broken" onclick="throw new Error('no such basket')">Broken</button><p id="out"></p>
         <form id="order" onsubmit="event.preventDefault()"><input name="mail" type="email" required><button id="send">Send</button></form>
         <a id="below" href="/other" style="position:absolute;top:3000px">Below</a>`,
      ),
      '/other': html(snag(), '<p>Other</p>', 'Other'),
      '/spa/one': html(snag(), `<button id="next" onclick="history.pushState({}, '', '/spa/two'); document.title='Two'">Next</button>`, 'One'),
    }),
    { hasChromium: false },
  );
  // One that says it is driven would be taken for a bot.
  browser = await puppeteer.launch({ browser: 'firefox', executablePath: firefox, headless: true, extraPrefsFirefox: { 'dom.webdriver.enabled': false } });
});
after(async () => {
  await browser?.close();
  await on?.close();
});

const open = async (path) => {
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.setViewport({ width: 1000, height: 700 });
  await page.goto(on.site + path);
  await rest(1500);
  const leave = async () => {
    await page.goto(on.site + '/none').catch(() => 0);
    await rest(300);
    await page.close();
  };
  return Object.assign(page, { errors, leave });
};

test('Firefox tells pageviews, clicks, dead clicks, rage, errors, forms, exposures and attention', async () => {
  const page = await open('/page');
  await page.click('#dead');
  await rest(2800);
  for (let click = 0; click < 4; click++) await page.click('#dead', { delay: 20 });
  await rest(2800);
  await page.click('#live');
  await rest(300);
  await page.click('#broken');
  await rest(300);
  await page.click('[name=mail]');
  await page.keyboard.type('typed');
  await page.keyboard.press('Backspace');
  await page.click('#send');
  await rest(300);
  await page.evaluate(() => document.querySelector('#below').scrollIntoView());
  await onScreen(page, '#below', 1500);
  await rest(500);
  await page.leave();
  const found = await on.events('/page', ['pageview', 'click', 'dead', 'rage', 'error', 'error_click', 'form_start', 'form_fail'], 19);
  const count = (kind) => found.filter((event) => event.kind === kind).length;
  assert.deepEqual(['pageview', 'click', 'dead', 'rage', 'error', 'error_click', 'form_start', 'form_fail'].map(count), [1, 9, 5, 1, 1, 1, 1, 1], JSON.stringify(found.map(({ kind, selector, detail }) => [kind, selector, detail])));
  assert.equal(found.find(({ kind }) => kind === 'pageview').amount, 200);
  assert.equal(found.find(({ kind }) => kind === 'form_fail').detail, 'typeMismatch');
  assert.match(found.find(({ kind }) => kind === 'error_click').detail, /no such basket/);
  const named = 'LEFT JOIN (SELECT * FROM elements FINAL) AS elements USING (site, element)';
  const [below] = await on.rows(`SELECT toUInt8(max(viewable)) AS viewable FROM exposures ${named} WHERE path = '/page' AND selector = '#below' HAVING viewable`);
  assert.equal(below.viewable, 1);
  const [field] = await on.rows(`SELECT argMax(corrections, time) AS corrections, argMax(message, time) AS message FROM fields ${named} WHERE path = '/page' AND name = 'mail' HAVING count()`);
  assert.deepEqual(field, { corrections: 1, message: 'typeMismatch' });
  const [looked] = await on.rows(`SELECT max(depth) AS depth, max(fcp_ms) AS fcp, toUInt32(sum(engaged_ms)) AS engaged FROM attention WHERE path = '/page' HAVING engaged > 3000`);
  assert.ok(looked.depth > 90 && looked.fcp > 0, JSON.stringify(looked));
});

test('Firefox counts in-page navigation and its way back once', async () => {
  const page = await open('/spa/one');
  await page.click('#next');
  await rest(400);
  await page.evaluate(() => history.back());
  await rest(400);
  await page.leave();
  const found = await on.rows(`SELECT path, detail FROM events WHERE path LIKE '/spa/%' AND kind = 'pageview' ORDER BY time, seq`, 3);
  assert.deepEqual(found, [{ path: '/spa/one', detail: '' }, { path: '/spa/two', detail: '' }, { path: '/spa/one', detail: 'back' }]);
});
