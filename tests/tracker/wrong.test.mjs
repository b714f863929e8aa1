// Known ways to be wrong, one page for each: what trackers take for dead that is alive, or the other way round.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { html, stage } from './stage.mjs';

let on;

const ticking = `<p id="clock"></p><p id="news"></p><button id="dead">Nothing</button><script>
  setInterval(() => (document.querySelector('#clock').textContent = Date.now()), 100);
  setInterval(() => (document.querySelector('#news').innerHTML = '<b>' + Math.random() + '</b>'), 300);
</script>`;

before(async () => {
  on = await stage((snag) => ({
    '/two': html(snag(), '<button id="one">One</button><button id="other">Other</button>'),
    '/hundred': html(snag(), ticking),
    '/select': html(snag(), '<p id="text">Some text of this page</p><p id="plain">Plain</p>'),
    '/checkbox': html(snag(), '<style>#box:checked ~ p { display: none }</style><input type="checkbox" id="box"><label for="box" id="label">Hide</label><p>Text</p>'),
    '/menu': html(snag(), `<button id="menu" onmousedown="document.querySelector('ul').hidden = false">Menu</button><ul hidden><li>Entry</li></ul>`),
    '/focus': html(snag(), '<style>button { transition: outline-color .2s } button:focus { outline: 2px solid red }</style><button id="styled">Focus</button>'),
    '/shadow': html(snag(), `<x-card></x-card><script>customElements.define('x-card', class extends HTMLElement {
      connectedCallback() { this.attachShadow({ mode: 'open' }).innerHTML = '<button id="in">In</button><i></i>'; this.shadowRoot.querySelector('#in').onclick = () => (this.shadowRoot.querySelector('i').textContent += 'x'); } })</script>`),
    '/twice': html(snag() + snag(), '<button id="dead">Nothing</button>'),
    '/hash': html(snag(), '<a id="to" href="#part">Part</a><div style="height:3000px"></div><h2 id="part">Part</h2>'),
    '/state/one': html(snag(), `<button id="go" onclick="history.pushState({}, '', '/state/two')">Go</button><div style="height:4000px"></div>`),
    '/lost': html(snag(), '<button id="named">Named</button>'),
  }));
});
after(() => on.close());

test('both of two dead clicks a moment apart are told', async () => {
  const page = await on.open('/two');
  for (const pause of [300, 480]) {
    await page.click('#one');
    await page.waitForTimeout(pause);
    await page.click('#other');
    await page.waitForTimeout(2800);
  }
  await page.leave();
  const found = await on.events('/two', ['dead'], 4);
  assert.deepEqual(found.map(({ selector }) => selector), ['#one', '#other', '#one', '#other']);
});

test('all of a hundred dead clicks at random spacing are told, on a page that changes by itself', async () => {
  const page = await on.open('/hundred');
  await page.waitForTimeout(3000);
  await page.hover('#dead');
  let seed = 7;
  for (let click = 0; click < 100; click++) {
    await page.mouse.down();
    await page.mouse.up();
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    await page.waitForTimeout(50 + (seed % 250));
  }
  await page.waitForTimeout(3000);
  await page.leave();
  assert.equal((await on.events('/hundred', ['click'], 100)).length, 100);
  assert.equal((await on.events('/hundred', ['dead'], 100)).length, 100);
});

test('a click that takes a selection away answers nothing', async () => {
  const page = await on.open('/select');
  await page.evaluate(() => getSelection().selectAllChildren(document.querySelector('#text')));
  await page.waitForTimeout(3000);
  await page.click('#plain');
  await page.waitForTimeout(2800);
  await page.leave();
  assert.deepEqual((await on.events('/select', ['dead'])).map(({ selector }) => selector), ['#plain']);
});

for (const [path, selectors] of [['/checkbox', ['#box', '#label']], ['/menu', ['#menu']], ['/focus', ['#styled']], ['/shadow', ['#in']], ['/hash', ['#to']]])
  test(`what changes by ${path.slice(1)} alone is alive`, async () => {
    const page = await on.open(path);
    await page.waitForTimeout(300);
    for (const selector of selectors) {
      await page.click(selector);
      await page.waitForTimeout(700);
    }
    await page.waitForTimeout(2600);
    await page.leave();
    assert.ok((await on.events(path, ['click'], selectors.length)).length >= selectors.length);
    assert.deepEqual(await on.events(path, ['dead', 'rage'], 0), []);
  });

test('a page that carries the snippet twice is told once', async () => {
  const page = await on.open('/twice');
  await page.click('#dead');
  await page.waitForTimeout(2800);
  await page.leave();
  const found = await on.events('/twice', ['pageview', 'click', 'dead'], 3);
  assert.deepEqual(found.map(({ kind }) => kind).sort(), ['click', 'dead', 'pageview']);
});

test('what was found out of one page is not the next one\'s after in-page navigation', async () => {
  const page = await on.open('/state/one');
  await page.mouse.move(50, 300);
  await page.mouse.wheel(0, 3000);
  await page.waitForTimeout(1200);
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForTimeout(800);
  await page.click('#go');
  await page.waitForTimeout(700);
  await page.leave();
  const found = await on.rows(`SELECT path, max(depth) AS depth FROM attention WHERE path LIKE '/state/%' GROUP BY path ORDER BY path`, 2);
  assert.ok(found[0].depth > 70 && found[1].depth < 40, JSON.stringify(found));
});

test('texts of a batch that was lost on the way are in the next one', async () => {
  const page = await on.open('/lost');
  await page.context().setOffline(true);
  await page.click('#named');
  await page.evaluate(() => snag('flush', { props: { big: 'x'.repeat(300) } }));
  await page.evaluate(() => dispatchEvent(new Event('pagehide')) && undefined);
  await page.waitForTimeout(500);
  await page.context().setOffline(false);
  await page.click('#named');
  await page.waitForTimeout(300);
  await page.leave();
  const found = await on.events('/lost', ['click'], 2);
  assert.deepEqual(found.map(({ selector, text }) => [selector, text]), [['#named', 'Named'], ['#named', 'Named']]);
});
