// How heavy pages are and how long they take: `node tests/dashboard/bench.mjs`, over made-up visitors of the shop, or with
// DATA=DIRECTORY SITE=NAME over a data directory that nobody serves. Of pages that are one report the time of the same call
// of the API stands beside, median of ROUNDS (5), interleaved.
import { spawn, execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { request } from 'node:http';

const { DATA, SITE = 'shop', ROUNDS = 5, SNAG_BINARY = new URL('../../target/release/snag', import.meta.url).pathname } = process.env;
process.env.SNAG_BINARY = SNAG_BINARY;
// The stage takes its binary from the environment.
const { PAGES, OWNER, stage } = await import('./stage.mjs');
const CALLS = { links: 'links', pages: 'pages', paths: 'paths?page=/cart', timeline: 'timeline', realtime: 'realtime', findings: 'findings' };

// One request; what it weighs on the wire, when its first and its last byte came, and its text.
const ask = (url, headers = {}, body) =>
  new Promise((done, fail) => {
    const start = performance.now();
    const asking = request(url, { method: body === undefined ? 'GET' : 'POST', headers: { 'accept-encoding': 'gzip', ...headers } }, (answer) => {
      const parts = [];
      let first;
      answer.on('data', (part) => {
        first ??= performance.now() - start;
        parts.push(part);
      });
      answer.on('end', () => {
        const whole = Buffer.concat(parts);
        const text = (answer.headers['content-encoding'] === 'gzip' ? gunzipSync(whole) : whole).toString();
        done({ status: answer.statusCode, headers: answer.headers, bytes: whole.length, first, last: performance.now() - start, text });
      });
    });
    asking.on('error', fail);
    asking.end(body);
  });

const form = (pairs) => new URLSearchParams(pairs).toString();

let origin, welcome, close;
if (DATA) {
  const snag = spawn(SNAG_BINARY, ['--data-dir', DATA, 'serve', '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  origin = await new Promise((done) => {
    let said = '';
    snag.stdout.on('data', (part) => {
      said += part;
      const found = said.match(/dashboard[^]*?(http:\/\/[\d.:]+)/);
      if (found) done(found[1]);
    });
  });
  const said = execFileSync(SNAG_BINARY, ['--data-dir', DATA, 'users', 'invite', '--role', 'owner']).toString();
  welcome = origin + said.match(/\/welcome\/\w+/)[0];
  // The running dashboard hears of it within seconds.
  await new Promise((done) => setTimeout(done, 12_000));
  close = () => snag.kill();
} else {
  const made = await stage(3000);
  ({ origin, close } = made);
  const { stdout } = await made.snag('users', 'invite', '--role', 'owner');
  welcome = origin + stdout.match(/\/welcome\/\w+/)[0];
  await new Promise((done) => setTimeout(done, 12_000));
}
const email = `bench-${Date.now()}@shop.example`;
const joined = await ask(welcome, {}, form({ email, password: OWNER.password }));
const cookie = joined.headers['set-cookie'][0].split(';')[0];
const settings = await ask(`${origin}/sites/${SITE}/settings`, { cookie });
const csrf = settings.text.match(/name="csrf" value="(\w+)"/)[1];
const made = await ask(`${origin}/sites/${SITE}/tokens`, { cookie }, form({ csrf, name: 'bench', scope: 'read' }));
const authorization = `Bearer ${made.text.match(/id="secret">(\w+)/)[1]}`;

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const all = DATA ? '?period=all' : '';
console.log('| page | status | KB on the wire | first byte, ms | last byte, ms | the call alone, ms | over it, ms |\n|---|---:|---:|---:|---:|---:|---:|');
for (const [name, path] of Object.entries(PAGES)) {
  const with_ = (text) => text + (all && (text.includes('?') ? '&' : '?') + all.slice(1));
  const pages = [], calls = [];
  for (let round = 0; round < ROUNDS; round++) {
    pages.push(await ask(`${origin}/sites/${SITE}${name === 'snags' ? path : with_(path)}`, { cookie }));
    if (CALLS[name]) calls.push(await ask(`${origin}/api/v1/sites/${SITE}/reports/${with_(CALLS[name])}`, { authorization }));
  }
  const last = median(pages.map(({ last }) => last));
  const call = calls.length && median(calls.map(({ last }) => last));
  console.log(`| ${name} | ${pages[0].status} | ${(pages[0].bytes / 1024).toFixed(1)} | ${median(pages.map(({ first }) => first)).toFixed(0)} | ${last.toFixed(0)} | ${call ? call.toFixed(0) : ''} | ${call ? (last - call).toFixed(0) : ''} |`);
}
await close();
process.exit(0);
