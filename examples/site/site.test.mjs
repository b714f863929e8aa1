// The shop is what its README says: whole where it should be, broken only where that is planted.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

import { serve } from './serve.mjs';

const COLLECTOR = 'http://127.0.0.1:7624';
const PUBLIC = new URL('public/', import.meta.url);
const names = (await readdir(PUBLIC, { recursive: true })).filter((name) => name.endsWith('.html'));
const paths = names.map((name) => `/${name.replace(/\.html$/, '').replace(/^index$/, '')}`).filter((path) => path !== '/404');
const all = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1]);

describe('the server', () => {
  let shop;
  let strict;
  before(async () => {
    shop = await serve({ collector: COLLECTOR, site: 'shop' });
    strict = await serve({ collector: `${COLLECTOR}/under/here`, site: 'other.site', csp: true });
  });
  after(() => {
    for (const { server } of [shop, strict]) {
      server.close();
      server.closeAllConnections();
    }
  });

  /** Asks for a path exactly as it is written; `fetch` would tidy it up. */
  const ask = (path, { method = 'GET', body, from = shop } = {}) =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(from.address);
      const asked = request({ hostname, port, path, method }, async (answer) => {
        const parts = [];
        for await (const part of answer) parts.push(part);
        resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString() });
      });
      asked.on('error', reject);
      asked.end(body);
    });

  test('there are at least 12 pages, and each carries the snippet with the collector in it', async () => {
    assert.ok(paths.length >= 12, `${paths.length} pages`);
    for (const path of paths) {
      const { status, headers, text } = await ask(path);
      assert.equal(status, 200, path);
      assert.equal(headers['content-type'], 'text/html; charset=utf-8');
      assert.equal(headers['cache-control'], 'no-store');
      assert.ok(text.includes(`<script defer src="${COLLECTOR}/snag.js" data-site="shop"></script>`), path);
      assert.ok(!text.includes('__SNAG__'), path);
    }
  });

  test('another site and a content security policy are put in when asked for', async () => {
    const { headers, text } = await ask('/cart', { from: strict });
    assert.equal(headers['content-security-policy'], `script-src 'self' ${COLLECTOR}`);
    assert.ok(text.includes(`<script defer src="${COLLECTOR}/snag.js" data-site="other.site"></script>`));
    assert.equal((await ask('/cart')).headers['content-security-policy'], undefined);
  });

  for (const [path, status, location] of [
    ['/nothing/here', 404],
    ['/guides/care', 404],
    ['/404', 404],
    ['/index.html', 404],
    ['/Cart', 404],
    ['/cart/', 301, '/cart'],
    ['/cart//', 301, '/cart'],
    ['/search/?q=mug', 301, '/search?q=mug'],
    ['//elsewhere.example/', 404],
    ['/assets/../../serve.mjs', 404],
    ['/../serve.mjs', 404],
    ['/%2e%2e/serve.mjs', 404],
    ['/assets/%00', 404],
    ['/assets', 404],
    ['/assets/pictures', 404],
    ['/product', 404],
    ['/checkout/7', 404],
  ]) {
    test(`${path} answers ${status}`, async () => {
      const answer = await ask(path);
      assert.equal(answer.status, status);
      assert.equal(answer.headers.location, location);
      if (status === 404) assert.match(answer.text, /That shelf is empty/);
    });
  }

  test('assets have their types', async () => {
    for (const [path, type] of [
      ['/assets/style.css', 'text/css; charset=utf-8'],
      ['/assets/basket.js', 'text/javascript; charset=utf-8'],
      ['/assets/pictures/tide-mug.svg', 'image/svg+xml'],
    ]) {
      const { status, headers } = await ask(path);
      assert.deepEqual([status, headers['content-type']], [200, type]);
    }
  });

  test('a posted form leads on to its page, and other methods are refused', async () => {
    const posted = await ask('/checkout/5', { method: 'POST', body: 'tel=%2B353871234567' });
    assert.deepEqual([posted.status, posted.headers.location, posted.text], [303, '/checkout/5', '']);
    assert.equal((await ask('/nothing', { method: 'POST' })).status, 405);
    const put = await ask('/cart', { method: 'PUT' });
    assert.deepEqual([put.status, put.headers.allow], [405, 'GET, HEAD']);
    const head = await ask('/cart', { method: 'HEAD' });
    assert.deepEqual([head.status, head.text], [200, '']);
  });

  test('the command prints its address as one line of JSON, and says what is wrong with its options', async () => {
    const start = (...options) => spawn(process.execPath, [fileURLToPath(new URL('serve.mjs', import.meta.url)), ...options]);
    const child = start('--port', '0');
    const [line] = await once(child.stdout, 'data');
    const { address } = JSON.parse(line);
    assert.equal((await fetch(`${address}/about`)).status, 200);
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    for (const [options, words] of [
      [['--collector', 'nowhere'], /collector "nowhere"/],
      [['--site', 'a"b'], /site identifier/],
      [['--prot', '1'], /--prot/],
    ]) {
      const wrong = start(...options);
      const said = [];
      wrong.stderr.on('data', (part) => said.push(part));
      const [code] = await once(wrong, 'close');
      assert.equal(code, 1);
      assert.match(Buffer.concat(said).toString(), words);
    }
  });
});

describe('the pages', async () => {
  const pages = new Map();
  for (const name of names) pages.set(`/${name.replace(/\.html$/, '').replace(/^index$/, '')}`, await readFile(new URL(name, PUBLIC), 'utf8'));

  test('every link leads to a page, but for the broken one', () => {
    const dead = new Set();
    for (const text of pages.values()) {
      for (const link of all(text, /<(?:a|form)\b[^>]*\b(?:href|action)="([^"]*)"/g)) {
        if (!pages.has(link.split(/[?#]/)[0]) && !link.startsWith('#')) dead.add(link);
      }
    }
    assert.deepEqual([...dead], ['/guides/care']);
  });

  test('nothing is fetched from elsewhere, and no script or handler stands in a page', async () => {
    for (const [path, text] of pages) {
      assert.deepEqual(all(text, /\b(?:src|href|action)="((?!\/|#|__SNAG__)[^"]*)"/g), [], path);
      assert.doesNotMatch(text, /<script\b(?![^>]*\bsrc=)/, path);
      assert.doesNotMatch(text, /\son[a-z]+="|<style|\sstyle="|javascript:/i, path);
      for (const asset of all(text, /"\/(assets\/[^"]+)"/g)) await readFile(new URL(asset, PUBLIC));
    }
    const sheet = await readFile(new URL('assets/style.css', PUBLIC), 'utf8');
    assert.deepEqual(all(sheet, /url\("(?!\/)([^"]*)"\)/g), []);
  });

  test('identifiers are unique, every field has a label, every page a heading and a title of its own', () => {
    const titles = new Set();
    for (const [path, text] of pages) {
      const ids = all(text, /\sid="([^"]+)"/g);
      assert.equal(new Set(ids).size, ids.length, path);
      const labels = all(text, /<label\b[^>]*\bfor="([^"]+)"/g);
      for (const field of all(text, /<(?:input|select|textarea)\b[^>]*\bid="([^"]+)"/g)) assert.ok(labels.includes(field), `${path} #${field}`);
      assert.equal(all(text, /<(h1)\b/g).length, 1, path);
      titles.add(all(text, /<title>([^<]+)<\/title>/g)[0]);
    }
    // Two pages may be about delivery: the terms and the checkout's screen have their own words for it.
    assert.equal(titles.size, pages.size, [...titles].join(' | '));
  });

  test('head and foot are the same on every page', () => {
    for (const plain of [true, false]) {
      const parts = new Set();
      for (const [path, text] of pages) {
        if (path.startsWith('/checkout/') !== plain) continue;
        const bare = text.replaceAll(' aria-current="page"', '');
        parts.add(/<header[\s\S]*<\/header>/.exec(bare)[0] + /<footer[\s\S]*<\/footer>/.exec(bare)[0]);
      }
      assert.equal(parts.size, 1);
    }
  });

  test('names and prices are those of the list that the basket reads', async () => {
    const list = {};
    vm.runInNewContext(await readFile(new URL('assets/products.js', PUBLIC), 'utf8'), list);
    assert.equal(list.pots.length, paths.filter((path) => path.startsWith('/product/')).length);
    for (const { slug, name, price } of list.pots) {
      const page = pages.get(`/product/${slug}`);
      assert.ok(page.includes(`<h1>${name}</h1>`) && page.includes(`<p class="price big">€${price}</p>`), slug);
      for (const [path, text] of pages) {
        for (const card of all(text, new RegExp(`id="card-${slug}">([\\s\\S]*?)</a>`, 'g'))) assert.ok(card.includes(`>€${price}<`), `${path} ${slug}`);
      }
    }
  });

  test('the home page has three banners in one placement', () => {
    const home = pages.get('/');
    assert.deepEqual(all(home, /data-snag-ad="([^"]+)"/g), ['spring-glaze', 'tea-gift', 'seconds']);
    assert.deepEqual(all(home, /data-snag-placement="([^"]+)"/g), ['home-hero', 'home-hero', 'home-hero']);
  });
});
