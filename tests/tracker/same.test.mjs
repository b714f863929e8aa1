// One visit, on a page that may run wasm, on one whose policy forbids it and on one that does not get it: the store holds
// the same findings.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { html, onScreen, stage } from './stage.mjs';

const WAYS = ['allowed', 'blocked', 'deleted'];

let on;
before(async () => {
  on = await stage((snag, tracker) => {
    // What a policy without inline script allows.
    const script = `
      document.querySelector('#live').onclick = () => (document.querySelector('#out').textContent += 'x');
      document.querySelector('#broken').onclick = () => { throw new Error('no such basket') };
      document.querySelector('form').onsubmit = (event) => event.preventDefault();`;
    const body = html(
      snag() + '<script defer src="/page.js"></script>',
      `<button id="dead">Nothing</button> <button id="live">Live</button> <button id="broken">Broken</button> <a href="/elsewhere">Elsewhere</a><p id="out"></p>
       <form id="order"><input name="mail" type="email" required><input name="phone"><button id="send">Send</button></form>
       <div style="height:3000px"></div><a id="ad" href="/sale" data-snag-ad="spring" data-snag-placement="foot">Sale</a>`,
    );
    const pages = Object.fromEntries(WAYS.map((way) => [`/${way}`, body]));
    pages['/blocked'] = { body, headers: { 'Content-Security-Policy': `script-src 'self' ${tracker}` } };
    return { ...pages, '/page.js': { body: script, headers: { 'Content-Type': 'text/javascript' } } };
  });
});
after(() => on.close());

const visit = async (way) => {
  const page = await on.open('/' + way, { wasm: way });
  await page.click('#dead');
  await page.waitForTimeout(2700);
  for (let click = 0; click < 4; click++) await page.click('#dead', { delay: 20 });
  await page.waitForTimeout(2700);
  await page.click('#live');
  await page.waitForTimeout(300);
  await page.click('#broken');
  await page.waitForTimeout(300);
  await page.click('[name=mail]');
  await page.keyboard.type('typed');
  await page.keyboard.press('Backspace');
  await page.click('#send');
  await page.waitForTimeout(300);
  await page.click('[name=phone]');
  await page.waitForTimeout(2700);
  await page.mouse.wheel(0, 4000);
  await onScreen(page, '#ad', 1500);
  await page.leave();
};

// All but times and what depends on them.
const findings = async (way) => {
  const path = '/' + way;
  const events = await on.events(path, ['click', 'rage', 'dead', 'error_click', 'error', 'form_start', 'form_fail', 'form_submit'], 18);
  const named = `LEFT JOIN (SELECT * FROM elements FINAL) AS elements USING (site, element)`;
  // The creative becomes viewable last of all, and goes with what the page says on leaving.
  await on.rows(`SELECT 1 FROM exposures ${named} WHERE path = '${path}' AND ad = 'spring' AND viewable`);
  const exposures = await on.rows(`SELECT selector, ad, placement, toUInt8(max(viewable)) AS viewable FROM exposures ${named} WHERE path = '${path}' GROUP BY ALL ORDER BY ALL`, 6);
  const fields = await on.rows(`SELECT selector, argMax((position, corrections, focuses, message, last, submitted), time) AS found FROM fields ${named} WHERE path = '${path}' GROUP BY ALL ORDER BY ALL`, 2);
  await on.rows(`SELECT 1 FROM attention WHERE path = '${path}' AND engaged_ms > 1000`);
  const [looked] = await on.ask(`SELECT max(depth) AS depth, sum(engaged_ms) > 5000 AS is_engaged, max(lcp_ms) > 0 AS is_painted FROM attention WHERE path = '${path}'`);
  return {
    events: events.map(({ kind, selector, text, detail, amount }) => [kind, selector, text, detail, kind === 'rage' ? amount : 0].join()).sort(),
    exposures,
    fields,
    looked,
  };
};

test('the findings are the same with wasm, without and in its absence', async () => {
  await Promise.all(WAYS.map(visit));
  const [allowed, ...others] = await Promise.all(WAYS.map(findings));
  const count = (kind) => allowed.events.filter((event) => event.startsWith(kind + ',')).length;
  assert.deepEqual(['click', 'dead', 'rage', 'error_click', 'error', 'form_fail'].map(count), [10, 5, 1, 1, 1, 1], JSON.stringify(allowed.events, null, 1));
  assert.equal(allowed.exposures.find(({ ad }) => ad === 'spring').viewable, 1);
  assert.equal(allowed.fields.length, 2);
  for (const other of others) assert.deepEqual(other, allowed);
});
