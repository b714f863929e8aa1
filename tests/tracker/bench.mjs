// What the tracker costs a page: 1,000 links and a hundred changes a second, with and without it in turns, on a processor
// slowed four times; what its calls take; and how large batches are. Prints a table; it judges nothing.
// Run: make bench-tracker; MINUTES=10 for the heap after ten minutes.
import { gzipSync } from 'node:zlib';
import { html, stage } from './stage.mjs';

const SECONDS = Number(process.env.SECONDS || 15);
const MINUTES = Number(process.env.MINUTES || 1);
const links = (count) => Array.from({ length: count }, (_, at) => `<a href="/product/${at}-${(at * 7919) % 1000}">Product number ${at}</a>`).join(' ');
const busy = (head) => html(head, `<div id="busy">0</div>${links(1000)}<script>
  const busy = document.querySelector('#busy');
  setInterval(() => (busy.textContent = performance.now()), 10);
  frames = []; tasks = [];
  let last = performance.now();
  requestAnimationFrame(function frame(now) { frames.push(now - last); last = now; requestAnimationFrame(frame); });
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map((task) => task.duration))).observe({ type: 'longtask', buffered: true });
</script>`);

const on = await stage((snag) => ({
  '/with': busy(snag()),
  '/without': busy(''),
  '/ordinary': html(snag(), `<h1>A page</h1>${links(12)}<button id="b">Buy</button>`, 'An ordinary page'),
  '/end': 'x',
  '/hundred': html(snag(), links(100), 'A page of a hundred links'),
}));
const middle = (figures, share = 0.5) => figures.sort((a, b) => a - b)[Math.floor(figures.length * share)] ?? 0;

const measure = async (path, seconds) => {
  const page = path === '/without' ? await on.bare(path) : await on.open(path);
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable');
  await client.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await page.reload();
  await page.waitForTimeout(seconds * 1000);
  const { frames, tasks } = await page.evaluate(() => ({ frames, tasks }));
  await client.send('HeapProfiler.collectGarbage');
  const { metrics } = await client.send('Performance.getMetrics');
  const metric = (name) => metrics.find((found) => found.name === name).value;
  await page.leave();
  return { frame: middle(frames), slow: middle(frames, 0.99), tasks: tasks.length, script: metric('ScriptDuration') / seconds, layouts: metric('LayoutCount') / seconds, heap: metric('JSHeapUsedSize') / 1e6 };
};

const sides = { '/with': [], '/without': [] };
for (let round = 0; round < 3; round++) for (const path in sides) sides[path].push(await measure(path, SECONDS));
const row = (name, of) => console.log(`| ${name} | ${of('/without')} | ${of('/with')} |`);
console.log('| 1,000 links, 100 changes a second, CPU slowed 4 times | without | with |\n|---|---:|---:|');
const of = (figure, digits = 1) => (path) => middle(sides[path].map((found) => found[figure])).toFixed(digits);
row('median frame, ms', of('frame'));
row('99th of a hundred frames, ms', of('slow'));
row('tasks over 50 ms', of('tasks', 0));
row('script, ms a second', (path) => (Number(of('script', 6)(path)) * 1000).toFixed(1));
row('layouts a second', of('layouts'));
row('heap, MB', of('heap', 2));
if (MINUTES > 1) {
  const long = {};
  for (const path in sides) long[path] = await measure(path, MINUTES * 60);
  row(`heap after ${MINUTES} minutes, MB`, (path) => long[path].heap.toFixed(2));
}

// What the tracker's own functions take, on the same slowed processor: all of a visit with a click, and the longest one.
const traced = async (path) => {
  const page = await on.open(path);
  const client = await page.context().newCDPSession(page);
  await client.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await on.browser.startTracing(page, { categories: ['devtools.timeline', 'v8.execute'] });
  await page.reload();
  await page.waitForTimeout(4000);
  await page.mouse.move(200, 200);
  await page.mouse.click(5, 5);
  await page.mouse.wheel(0, 2000);
  await page.waitForTimeout(SECONDS * 500);
  const { traceEvents } = JSON.parse(await on.browser.stopTracing());
  await page.leave();
  const isOurs = ({ args }) => /snag(\.more)?\.js/.test(args?.data?.url || args?.data?.fileName || '');
  const ours = traceEvents.filter((event) => ['FunctionCall', 'EvaluateScript', 'v8.compile'].includes(event.name) && isOurs(event));
  const times = ours.map(({ dur = 0 }) => dur / 1000);
  const layouts = traceEvents.filter(({ name, ts, args }) => name === 'Layout' && ours.some((call) => ts >= call.ts && ts < call.ts + (call.dur || 0)) && args?.beginData);
  return [Math.max(...times).toFixed(1), times.filter((time) => time > 5).length, (times.reduce((sum, time) => sum + time, 0)).toFixed(0), layouts.length];
};
console.log('\n| calls of the tracker, CPU slowed 4 times | longest, ms | over 5 ms | all, ms | layouts forced |\n|---|---:|---:|---:|---:|');
for (const path of ['/ordinary', '/hundred', '/with']) console.log(`| ${path.slice(1)} | ${(await traced(path)).join(' | ')} |`);

// Of a visit of five seconds: the pageview, what was found on the page, and what is sent on leaving.
console.log('\n| batches | bytes of each | median |\n|---|---|---:|');
for (const path of ['/ordinary', '/hundred']) {
  const page = await on.open(path);
  await page.addInitScript(() => {
    const { fetch } = window;
    window.fetch = (address, options) => {
      const { body } = options || {};
      if (body) sessionStorage.sizes = (sessionStorage.sizes ? sessionStorage.sizes + ' ' : '') + (body.size || new Blob([body]).size);
      return fetch(address, options);
    };
  });
  await page.reload();
  await page.waitForTimeout(1000);
  await page.mouse.move(200, 200);
  await page.waitForTimeout(4000);
  await page.goto(on.site + '/end');
  const sizes = (await page.evaluate(() => sessionStorage.sizes)).split(' ').map(Number);
  await page.leave();
  console.log(`| ${path.slice(1)} | ${sizes.join(', ')} | ${middle([...sizes])} |`);
}
await on.close();
