// Sends visitors through the shop in real Chromium and writes down what they did.
//
//   node visit.mjs --shop http://127.0.0.1:PORT --truth FILE [--visitors 36] [--seed 7] [--together 3]
//                  [--site shop] [--funnel FILE] [--chromium PATH]
//
// All come from one address, so each has a user agent of its own; that makes them different visitors to a collector.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

import { dice, plans } from './plan.mjs';
import { steps, truth } from './truth.mjs';
import { Visitor } from './visitor.mjs';
import { walk } from './walk.mjs';

const QUIET = ['--no-sandbox', '--disable-blink-features=AutomationControlled', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

function number(values, name, least) {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < least) throw new Error(`--${name} ${values[name]} is no whole number from ${least} up`);
  return value;
}

function options() {
  const { values } = parseArgs({
    options: {
      shop: { type: 'string' },
      truth: { type: 'string' },
      visitors: { type: 'string', default: '36' },
      seed: { type: 'string', default: '7' },
      together: { type: 'string', default: '3' },
      site: { type: 'string', default: 'shop' },
      funnel: { type: 'string', default: fileURLToPath(new URL('../demo-funnel.txt', import.meta.url)) },
      chromium: { type: 'string', default: '/usr/bin/chromium' },
    },
  });
  if (!values.shop || !URL.canParse(values.shop)) throw new Error('--shop is missing or no address; give the one that serve.mjs printed');
  if (!values.truth) throw new Error('--truth is missing; name the file to write');
  return {
    ...values,
    shop: new URL(values.shop).origin,
    visitors: number(values, 'visitors', 1),
    seed: number(values, 'seed', 0),
    together: number(values, 'together', 1),
  };
}

/**
 * One visit in a browser of its own. Gives the deeds, and puts the reasons of beacons that failed into `lost`.
 *
 * The user agent is the browser's, by its flag. One set on a page or a context does not reach what a page sends while it
 * is being left, and a visitor would come apart into two. By another flag the browser does not say that a program drives
 * it: the visitors stand for people, and would be kept apart as bots.
 */
async function visit(chromiumPath, shop, plan, seed, lost) {
  const { userAgent, ...device } = plan.device;
  const browser = await chromium.launch({ executablePath: chromiumPath, args: [...QUIET, '--disable-blink-features=AutomationControlled', `--user-agent=${userAgent}`] });
  try {
    const page = await browser.newPage({ ...device, locale: 'en-IE' });
    page.on('requestfailed', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/b')) lost.push(request.failure()?.errorText ?? 'failed');
    });
    const visitor = new Visitor(page, shop, dice(seed));
    await walk(visitor, plan);
    await visitor.leave();
    return visitor.deeds;
  } finally {
    await browser.close();
  }
}

async function main() {
  const given = options();
  const funnel = steps(await readFile(given.funnel, 'utf8'));
  const waiting = plans(given.visitors, given.seed).entries();
  const deeds = [];
  const lost = [];
  const worker = async () => {
    for (const [place, plan] of waiting) {
      const done = await visit(given.chromium, given.shop, plan, given.seed + place, lost).catch((error) => {
        throw new Error(`visitor ${place + 1} could not go on: ${error.message}`);
      });
      deeds.push(done);
      process.stdout.write(`visitor ${deeds.length}/${given.visitors}\n`);
    }
  };
  await Promise.all(Array.from({ length: given.together }, worker));
  await writeFile(given.truth, `${JSON.stringify(truth(given.site, funnel, deeds), null, 2)}\n`);
  if (lost.length) process.stderr.write(`${lost.length} beacons did not get through (${[...new Set(lost)].join(', ')})\n`);
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
