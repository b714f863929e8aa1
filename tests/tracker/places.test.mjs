// Where elements are on their page, and where in its element a click was: what maps and wire-frames are drawn from.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { html, stage } from './stage.mjs';

const at = (left, top, width, height, more = '') => `style="position:absolute;left:${left}px;top:${top}px;width:${width}px;height:${height}px;${more}"`;

let on;
before(async () => {
  on = await stage((snag) => ({
    '/places': html(
      snag(),
      `<button id="first" ${at(120, 40, 200, 50)}>First</button><a href="/far" id="far" ${at(600, 2500, 100, 30)}>Far</a>
       <button id="half" ${at(-50, 300, 200, 40)}>Half</button><button id="none" ${at(-5000, 300, 200, 40)}>None</button><button id="hidden" ${at(10, 10, 10, 10, 'display:none')}>Hidden</button>
       <div style="height:3000px"></div>`,
    ),
  }));
});
after(() => on.close());

// Of who has a window of this width, which tells visits apart.
const places = (width) =>
  on.rows(
    `SELECT selector, groupUniqArray((area_left, area_top, area_width, area_height)) AS places FROM exposures INNER JOIN (SELECT * FROM elements FINAL) AS elements USING (site, element)
     WHERE path = '/places' AND pageview IN (SELECT pageview FROM events WHERE viewport_width = ${width}) GROUP BY selector ORDER BY selector`,
    5,
  );

test('an element is where it is on the page, also on one that is scrolled when it is found', async () => {
  const still = await on.open('/places');
  await still.waitForTimeout(3500);
  await still.leave();
  const expected = [
    ['#far', [[600, 2500, 100, 30]]],
    ['#first', [[120, 40, 200, 50]]],
    // Of what begins beyond the edge only the rest is on the page; what is wholly beyond it, or hidden, is nowhere.
    ['#half', [[0, 300, 150, 40]]],
    ['#hidden', [[0, 0, 0, 0]]],
    ['#none', [[0, 0, 0, 0]]],
  ];
  const of = (found) => found.map(({ selector, places }) => [selector, places.map((place) => Object.values(place))]);
  assert.deepEqual(of(await places(1000)), expected);

  const scrolled = await on.open('/places', { viewport: { width: 1001, height: 700 }, init: () => addEventListener('DOMContentLoaded', () => scrollTo(0, 2200)) });
  await scrolled.waitForTimeout(3500);
  await scrolled.leave();
  assert.deepEqual(of(await places(1001)), expected);
});

test('a click is told by its place in the element, and one of the keyboard by none', async () => {
  const page = await on.open('/places', { viewport: { width: 1002, height: 700 } });
  await page.mouse.click(120 + 50, 40 + 45);
  await page.waitForTimeout(1200);
  await page.focus('#first');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(200);
  await page.leave();
  const found = await on.rows(`SELECT across, down FROM events WHERE path = '/places' AND kind = 'click' ORDER BY time`, 2);
  assert.deepEqual(found.map(({ across, down }) => [across, down]), [[250, 900], [0, 0]]);
});
