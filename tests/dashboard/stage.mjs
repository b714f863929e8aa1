// What a test of the dashboard stands on: the real binary with made-up visitors of the demo's shop in its store, and
// Chromium. It judges nothing.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const root = new URL('../../', import.meta.url).pathname;
const binary = process.env.SNAG_BINARY || join(process.env.CARGO_TARGET_DIR || join(root, 'target'), 'debug/snag');
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const run = promisify(execFile);

export const OWNER = { email: 'owner@shop.example', password: 'correct horse battery' };

// `snag serve` on a free port in a directory of its own, and where its first owner is welcomed.
const serve = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'snag-dashboard-'));
  const data = join(directory, 'data');
  const process = spawn(binary, ['--data-dir', data, 'serve', '--listen', '127.0.0.1:0', '--trusted-proxy', '127.0.0.0/8'], { cwd: directory, stdio: ['ignore', 'pipe', 'inherit'] });
  const welcome = await new Promise((done, fail) => {
    let said = '';
    process.stdout.on('data', (part) => {
      said += part;
      const [found] = said.match(/http:\S+\/welcome\/[0-9a-f]{64}/) || [];
      if (found) done(found);
    });
    process.on('exit', () => fail(new Error(`${binary} ended: was it built? \`cargo build\``)));
  });
  const close = async () => {
    const ended = new Promise((done) => process.on('exit', done));
    process.kill();
    await ended;
    await rm(directory, { recursive: true });
  };
  return { data, welcome, origin: new URL(welcome).origin, close };
};

// The demo's shop, with the tag of a collector.
const openShop = async (collector) => {
  const process = spawn('node', ['examples/site/serve.mjs', '--port', '0', '--site', 'shop', '--collector', collector], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const origin = await new Promise((done) => process.stdout.on('data', (part) => done(String(part).match(/http:\/\/[\w.:]+/)[0])));
  return { shop: origin, closeShop: () => process.kill() };
};

export const stage = async (visitors = 2000) => {
  const served = await serve();
  const { shop, closeShop } = await openShop(served.origin);
  const snag = (...words) => run(binary, ['--data-dir', served.data, ...words], { cwd: root, maxBuffer: 1 << 26 });
  const simulate = ['simulate', '--habits', 'examples/habits.toml', '--to', served.origin, '--origin', shop, '--visitors', visitors, '--seed', '1'];
  await snag(...simulate.map(String));
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ARGS });
  let state;
  // A page of somebody who is signed in, unless `isNobody`; what goes wrong in it is collected in `errors`.
  const open = async (path, { isNobody, ...options } = {}) => {
    const context = await browser.newContext({ baseURL: served.origin, viewport: { width: 1280, height: 900 }, storageState: isNobody ? undefined : state, ...options });
    const page = await context.newPage();
    const [errors, strangers, dialogs] = [[], [], []];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('request', (request) => request.url().startsWith(served.origin) || request.url().startsWith('data:') || strangers.push(request.url()));
    page.on('dialog', (dialog) => (dialogs.push(dialog.message()), dialog.dismiss()));
    const answer = path && (await page.goto(path));
    return Object.assign(page, { errors, strangers, dialogs, answer, leave: () => context.close() });
  };
  const welcomed = async () => {
    const page = await open(served.welcome, { isNobody: true });
    await page.fill('[name=email]', OWNER.email);
    await page.fill('[name=password]', OWNER.password);
    await page.click('main button');
    await page.waitForURL(/\/sites\/shop$|\/$/);
    state = await page.context().storageState();
    await page.leave();
  };
  // Visits are derived within seconds, and the list of sites is looked at each half minute.
  const settled = async () => {
    for (let end = Date.now() + 60_000; Date.now() < end; await new Promise((done) => setTimeout(done, 300))) {
      const { stdout } = await snag('overview', '--site', 'shop', '--format', 'json').catch(() => ({ stdout: '{}' }));
      if (JSON.parse(stdout).now?.visitors === visitors) return;
    }
    throw new Error('the made-up visitors never showed');
  };
  await settled();
  await welcomed();
  const close = async () => {
    await browser.close();
    closeShop();
    await served.close();
  };
  return { ...served, shop, browser, open, close, snag };
};

// Every page of a site, with what it is asked for.
const CHECKOUT = [1, 2, 3, 4, 5, 6].map((screen) => `step=page:/checkout/${screen}`).join('&');
export const PAGES = {
  snags: '',
  overview: '/overview',
  funnels: '/funnels',
  funnel: `/funnels?${CHECKOUT}`,
  links: '/links',
  ads: '/ads',
  experiments: '/experiments',
  paths: '/paths?page=/cart',
  pages: '/page',
  page: '/page?page=/checkout/4',
  health: '/health',
  realtime: '/realtime',
  timeline: '/reports/timeline',
  findings: '/reports/findings',
  settings: '/settings',
};
