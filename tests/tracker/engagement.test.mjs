// Engaged time as others count it: the cases of Plausible's tracker, restated, with our rows in the store.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { html, stage } from './stage.mjs';

let on;
before(async () => {
  const page = (snag, attributes) => html(snag(attributes), '<a id="next" href="/next">Next</a>');
  const names = ['leave', 'push', 'hidden', 'merged', 'blur'];
  on = await stage((snag) => ({
    ...Object.fromEntries(names.map((name) => [`/${name}`, page(snag)])),
    '/hash': page(snag, 'data-hash'),
    '/views': page(snag, 'data-hash'),
    '/silent': html('', '<p>No snippet</p>'),
    '/next': html(snag(), '<p>Next</p>', 'Next'),
  }));
});
after(() => on.close());

// A headless page is always shown and focused, so it is told that it is not.
const open = (path) =>
  on.open(path, {
    init: () => {
      let hidden = false;
      let focused = true;
      // How long it was told to be in use, by its own clock, whatever a busy machine makes of pauses.
      let since = 0;
      window.used = 0;
      const turn = (isUsed) => (isUsed ? (since = performance.now()) : (window.used += performance.now() - since));
      Object.defineProperty(document, 'visibilityState', { get: () => (hidden ? 'hidden' : 'visible') });
      document.hasFocus = () => focused && !hidden;
      window.hide = (is) => { turn(!is); hidden = is; document.dispatchEvent(new Event('visibilitychange')); };
      window.blurred = (is) => { turn(!is); focused = !is; dispatchEvent(new Event(is ? 'blur' : 'focus')); };
    },
  });

// Milliseconds of each view of the page, in order, once one of them has the least it should have.
const engaged = async (path, least, views = 1) => {
  const each = `SELECT toUInt32(sum(engaged_ms)) AS engaged FROM attention WHERE path = '${path}' GROUP BY pageview ORDER BY min(time)`;
  await on.rows(`SELECT 1 FROM (${each}) WHERE engaged >= ${least}`);
  return (await on.rows(each, views)).map(({ engaged }) => engaged);
};

// What the page itself says, less the time until the tracker was there.
const near = (found, used) => assert.ok(found <= used + 200 && found >= used - 800, `${found} ms, not ${used}`);

// From the least that it should be, with what opening a page takes in this browser and a busy machine on top.
const within = (found, least, more = 1500) => assert.ok(found >= least && found <= least + more, `${found} ms, not ${least} to ${least + more}`);

describe('engaged time', { concurrency: 3 }, () => {
  test('of a page that is left for another', async () => {
    const page = await open('/leave');
    await page.waitForTimeout(1000);
    await page.click('#next');
    await page.waitForTimeout(300);
    await page.leave();
    within((await engaged('/leave', 1200))[0], 1200);
  });

  for (const [name, go] of [['hash', () => (location.hash = 'part')], ['push', () => history.pushState({}, '', '/pushed')]])
    test(`of a page that is left within a load, by ${name}`, async () => {
      const page = await open(`/${name}`);
      await page.waitForTimeout(1000);
      await page.evaluate(go);
      await page.waitForTimeout(300);
      await page.leave();
      within((await engaged(`/${name}`, 1200))[0], 1200);
      const shown = await on.rows(`SELECT path FROM events WHERE kind = 'pageview' AND path IN ('/${name}', '/pushed')`, 2);
      assert.ok(shown.length >= 2);
    });

  test('without the time a tab is hidden', async () => {
    const page = await open('/hidden');
    await page.evaluate(() => hide(true));
    await page.waitForTimeout(2000);
    await page.evaluate(() => hide(false));
    await page.waitForTimeout(3000);
    await page.evaluate(() => hide(true));
    await page.waitForTimeout(500);
    const used = await page.evaluate(() => used);
    await page.leave();
    near((await engaged('/hidden', Math.floor(used) - 800))[0], used);
  });

  test('of several short looks added up', async () => {
    const page = await open('/merged');
    for (const time of [500, 2500]) {
      await page.evaluate(() => hide(true));
      await page.waitForTimeout(2000);
      await page.evaluate(() => hide(false));
      await page.waitForTimeout(time);
    }
    await page.evaluate(() => hide(true));
    // A batch whose answer is cut off by leaving is sent again.
    await page.waitForTimeout(500);
    const used = await page.evaluate(() => used);
    await page.leave();
    near((await engaged('/merged', Math.floor(used) - 800))[0], used);
  });

  test('of each view of a load apart', async () => {
    const page = await open('/views');
    await page.waitForTimeout(1000);
    await page.evaluate(() => (location.hash = 'one'));
    await page.evaluate(() => (location.hash = 'two'));
    await page.waitForTimeout(3000);
    await page.evaluate(() => hide(true));
    await page.waitForTimeout(500);
    await page.evaluate(() => hide(false));
    await page.waitForTimeout(3000);
    await page.evaluate(() => (location.hash = 'three'));
    await page.waitForTimeout(200);
    await page.leave();
    const found = await engaged('/views', 6000, 3);
    within(found[0], 1200);
    within(Math.max(...found), 6000);
  });

  test('without the time the focus is elsewhere', async () => {
    const page = await open('/blur');
    await page.waitForTimeout(1000);
    await page.evaluate(() => blurred(true));
    await page.waitForTimeout(3000);
    await page.evaluate(() => blurred(false));
    await page.waitForTimeout(2500);
    await page.evaluate(() => blurred(true));
    await page.waitForTimeout(300);
    const used = await page.evaluate(() => used);
    await page.leave();
    near((await engaged('/blur', Math.floor(used) - 800))[0], used);
  });

  test('of a page without the snippet is not told', async () => {
    const page = await on.bare('/silent');
    await page.waitForTimeout(500);
    await page.leave();
    assert.deepEqual(await on.ask(`SELECT 1 FROM attention WHERE path = '/silent'`), []);
  });
});
