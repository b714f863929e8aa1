// Controls as they are on every site, used as people use them, at random: none of their clicks is dead, none is rage.
// SNAG_RUNS sets how often; 20 unless told.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { html, stage } from './stage.mjs';

const RUNS = Number(process.env.SNAG_RUNS || 20);

const CONTROLS = {
  checkbox: `<style>#c:checked + span { text-decoration: line-through }</style><label class="hit"><input type="checkbox" id="c"><span>Water the plants</span></label>`,
  menu: `<button class="hit" aria-expanded="false" onmousedown="const m = document.querySelector('#m'); m.hidden = !m.hidden">Menu</button><ul id="m" hidden><li>One</li></ul>`,
  tabs: `<div role="tablist"><button class="hit" role="tab" data-tab="1">First</button><button class="hit" role="tab" data-tab="2">Second</button></div><p id="t"></p><script>
    let shown; for (const tab of document.querySelectorAll('[role=tab]')) tab.onclick = () => { document.querySelector('#t').textContent = 'Tab ' + tab.dataset.tab + ' ' + (shown = Date.now()); }</script>`,
  accordion: `<style>#a { max-height: 0; overflow: hidden; transition: max-height .3s } .open + #a { max-height: 200px }</style><h3 class="hit" onclick="this.classList.toggle('open')">Delivery</h3><div id="a">Two days</div>`,
  drag: `<div id="d" class="drag" style="position:absolute;left:50px;top:200px;width:80px;height:80px;background:#ccc">Drag</div><script>
    let from; const d = document.querySelector('#d');
    d.onpointerdown = (e) => { from = e.clientX - d.offsetLeft; d.setPointerCapture(e.pointerId) };
    d.onpointermove = (e) => { if (from != null) d.style.left = e.clientX - from + 'px' };
    d.onpointerup = () => (from = null)</script>`,
  modal: `<button class="hit" id="o" onclick="document.querySelector('dialog').show()">Open</button><dialog><button id="x" onclick="document.querySelector('dialog').close()">Close</button></dialog>`,
  copy: `<button class="hit" onclick="navigator.clipboard.writeText('code').catch(() => 0); this.textContent = 'Copied'; setTimeout(() => (this.textContent = 'Copy'), 600)">Copy</button>`,
  async: `<button class="hit slow" onclick="this.disabled = true; fetch('/slow').then(() => { this.disabled = false; document.querySelector('#r').textContent += '.' })">Save</button><p id="r"></p>`,
  toggle: `<style>[aria-pressed=true] { background: green }</style><button class="hit" aria-pressed="false" onclick="this.setAttribute('aria-pressed', this.getAttribute('aria-pressed') !== 'true')">Dark</button>`,
  stepper: `<button class="hit fast" onclick="n.value = +n.value - 1">−</button><output id="n">1</output><button class="hit fast" onclick="n.value = +n.value + 1">+</button>`,
  details: `<details><summary class="hit">More</summary><p>Details</p></details>`,
};

let on;
before(async () => {
  const pages = (snag) =>
    Object.fromEntries(Object.entries(CONTROLS).map(([name, body]) => [`/${name}`, html(snag(), body)]));
  on = await stage((snag) => ({
    ...pages(snag),
    '/slow': () => new Promise((done) => setTimeout(() => done('done'), 2000)),
  }));
});
after(() => on.close());

const random = (seed) => () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;

const use = async (name, next) => {
  const page = await on.open(`/${name}`);
  const pause = (least, most) => page.waitForTimeout(least + next() * (most - least));
  for (let run = 0; run < RUNS; run++) {
    if (name === 'drag') {
      const box = await page.locator('#d').boundingBox();
      await page.mouse.move(box.x + 40, box.y + 40);
      await page.mouse.down();
      await page.mouse.move(box.x + 40 + (next() - 0.4) * 60, box.y + 40, { steps: 5 });
      await page.mouse.up();
      await pause(100, 1500);
      continue;
    }
    const hits = await page.locator('.hit').all();
    const times = name === 'stepper' ? 1 + Math.floor(next() * 7) : 1 + Math.floor(next() * 3);
    for (let time = 0; time < times; time++) {
      await hits[Math.floor(next() * hits.length)].click();
      if (name === 'modal') {
        await pause(100, 500);
        await page.click('#x');
      }
      await (name === 'stepper' ? pause(80, 300) : pause(150, 1500));
      // Nobody clicks a button that is disabled.
      if (name === 'async') await page.waitForSelector('.slow:not([disabled])');
    }
  }
  await page.waitForTimeout(2800);
  await page.leave();
};

test(`eleven controls, each used ${RUNS} times at random`, async (t) => {
  const names = Object.keys(CONTROLS);
  assert.equal(names.length, 11);
  // A few at a time, or the machine is slower than people are.
  const waiting = [...names];
  const seed = Number(process.env.SNAG_SEED || 1);
  await Promise.all([1, 2, 3].map(async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) await use(name, random(seed + names.indexOf(name)));
  }));
  for (const name of names)
    await t.test(name, async () => {
      const clicks = await on.events(`/${name}`, ['click'], RUNS);
      assert.ok(clicks.length >= RUNS, `${clicks.length} clicks`);
      const wrong = await on.events(`/${name}`, ['dead', 'rage'], 0);
      assert.deepEqual(wrong.map(({ kind, selector, amount }) => [kind, selector, amount]), []);
    });
});
