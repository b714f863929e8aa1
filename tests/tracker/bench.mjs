// What the tracker costs a page: 1,000 links and a hundred changes a second, with and without it in turns, on a processor
// slowed four times; and how large batches are. Prints a table; it judges nothing.
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

console.log('\n| batches | bytes each | gzip -9 of all |\n|---|---|---:|');
for (const path of ['/ordinary', '/hundred']) {
  const page = await on.open(path);
  const bodies = [];
  page.on('request', (request) => request.method() === 'POST' && bodies.push(request.postDataBuffer()));
  await page.reload();
  await page.waitForTimeout(1000);
  await page.mouse.move(200, 200);
  await page.waitForTimeout(2500);
  await page.leave();
  console.log(`| ${path.slice(1)} | ${bodies.map((body) => body.length).join(', ')} | ${gzipSync(Buffer.concat(bodies), { level: 9 }).length} |`);
}
await on.close();
