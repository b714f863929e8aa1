// Plans are drawn as promised, and the truth is counted by the definition of an ordered funnel.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { serve } from '../site/serve.mjs';
import { plans } from './plan.mjs';
import { reached, steps, truth } from './truth.mjs';

const page = (path) => ['page', path];
const click = (selector) => ['click', selector];

test('steps count in order and no deed counts twice', () => {
  for (const [funnel, deeds, want] of [
    [['page:/a', 'page:/b'], [page('/a'), page('/b')], 2],
    [['page:/a', 'page:/b'], [page('/b'), page('/a')], 1],
    [['page:/a', 'page:/b'], [page('/a'), click('/b'), page('/x'), page('/b')], 2],
    [['page:/a', 'page:/a'], [page('/a')], 1],
    [['element:#pay', 'page:/done'], [click('#pay'), page('/done')], 2],
    [['page:/a'], [], 0],
    [['page:/a'], [page('/a'), page('/a')], 1],
  ]) {
    assert.equal(reached(funnel, deeds), want, JSON.stringify([funnel, deeds]));
  }
});

test('the truth counts visitors, and pageviews by their number', () => {
  const visitors = [
    [page('/'), page('/a'), click('#x'), click('#x'), page('/b')],
    [page('/a'), page('/a'), click('#x'), click('#a')],
    [page('/')],
  ];
  assert.deepEqual(truth('shop', ['page:/a', 'page:/b'], visitors), {
    site: 'shop',
    visitors: 3,
    funnel: { steps: ['page:/a', 'page:/b'], visitors: [2, 1] },
    clicks: { '#a': 1, '#x': 2 },
    pageviews: 6,
  });
});

test('a funnel file is read without its comments', async () => {
  assert.deepEqual(steps('# x\n\n page:/a \nelement:#b\n#\n'), ['page:/a', 'element:#b']);
  const demo = steps(await readFile(new URL('../demo-funnel.txt', import.meta.url), 'utf8'));
  assert.deepEqual(demo, [1, 2, 3, 4, 5, 6].map((screen) => `page:/checkout/${screen}`));
});

test('the same seed draws the same plans, each with a user agent of its own that is no robot', () => {
  assert.deepEqual(plans(36, 7), plans(36, 7));
  assert.notDeepEqual(plans(36, 7), plans(36, 8));
  const agents = plans(200, 3).map((plan) => plan.device.userAgent);
  assert.equal(new Set(agents).size, 200);
  for (const agent of agents) assert.match(agent, /^Mozilla\/5\.0 \(.*Chrome\/\d+\.0\.\d+\.\d+ (Mobile )?Safari\/537\.36$/);
});

test('with a few dozen visitors already, by far the most are lost at screen 4', () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const lost = [0, 0, 0, 0, 0, 0, 0];
    for (const plan of plans(24, seed)) lost[plan.end] += 1;
    for (const screen of [1, 2, 3, 5]) assert.ok(lost[4] >= 4 * lost[screen], JSON.stringify(lost));
    assert.ok(lost[6] >= 5, JSON.stringify(lost));
  }
});

test('a few real visitors are seen by the shop as their truth says', async () => {
  const asked = [];
  const shop = await serve({ collector: 'http://127.0.0.1:9', site: 'shop' });
  const between = createServer((request, response) => {
    asked.push([request.headers['user-agent'], request.method, request.url.split('?')[0]]);
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const answer = await fetch(shop.address + request.url, { method: request.method, redirect: 'manual', body: chunks.length ? Buffer.concat(chunks) : undefined });
      response.writeHead(answer.status, Object.fromEntries([...answer.headers].filter(([name]) => !['connection', 'keep-alive', 'transfer-encoding'].includes(name))));
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
  });
  await new Promise((resolve) => between.listen(0, '127.0.0.1', resolve));
  const place = await mkdtemp(join(tmpdir(), 'visitors-'));
  try {
    const file = join(place, 'truth.json');
    const script = fileURLToPath(new URL('visit.mjs', import.meta.url));
    const address = `http://127.0.0.1:${between.address().port}`;
    const child = spawn(process.execPath, [script, '--shop', address, '--visitors', '6', '--seed', '5', '--truth', file], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said = [];
    child.stdout.on('data', (part) => said.push(part));
    const [code] = await once(child, 'close');
    assert.equal(code, 0);
    assert.match(Buffer.concat(said).toString(), /^visitor 1\/6\n[^]*visitor 6\/6\n$/);

    const told = JSON.parse(await readFile(file, 'utf8'));
    const loads = asked.filter(([, method, path]) => method === 'GET' && !path.startsWith('/assets/') && path !== '/favicon.ico');
    assert.equal(told.pageviews, loads.length);
    assert.equal(told.visitors, new Set(loads.map(([agent]) => agent)).size);
    const walks = Object.values(byAgent(loads));
    const funnel = told.funnel.steps.map((_, last) => walks.filter((walk) => reached(told.funnel.steps, walk.map(([, , path]) => page(path))) > last).length);
    assert.deepEqual(told.funnel.visitors, funnel);
    assert.ok(funnel[0] > 0);
  } finally {
    await rm(place, { recursive: true });
    for (const server of [between, shop.server]) {
      server.close();
      server.closeAllConnections();
    }
  }
});

function byAgent(loads) {
  const walks = {};
  for (const load of loads) (walks[load[0]] ??= []).push(load);
  return walks;
}

test('missing or wrong options are named', async () => {
  for (const [options, words] of [
    [[], /--shop/],
    [['--shop', 'http://127.0.0.1:1'], /--truth/],
    [['--shop', 'http://127.0.0.1:1', '--truth', 'x', '--visitors', 'many'], /--visitors many/],
  ]) {
    const child = spawn(process.execPath, [fileURLToPath(new URL('visit.mjs', import.meta.url)), ...options]);
    const said = [];
    child.stderr.on('data', (part) => said.push(part));
    const [code] = await once(child, 'close');
    assert.equal(code, 1);
    assert.match(Buffer.concat(said).toString(), words);
  }
});
