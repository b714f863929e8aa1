// Serves the shop: plain files with clean addresses, and the collector's origin put into the snippet.
//
//   node serve.mjs [--port 0] [--host 127.0.0.1] [--collector http://127.0.0.1:7624] [--site shop] [--csp]
//
// Prints its address as one line of JSON and serves until it is ended. It keeps nothing: what a form posts is thrown
// away, and the answer sends the browser on to the page the form names.
import { createServer } from 'node:http';
import { readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const FILES = fileURLToPath(new URL('public', import.meta.url));
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const SEGMENT = /^[a-z0-9][a-z0-9-]*(\.[a-z0-9]+)?$/;

/** The file a path stands for, or nothing. Only names that a file of the shop could bear are looked up. */
async function locate(path) {
  const segments = path.split('/').slice(1);
  if (path !== '/' && !segments.every((segment) => SEGMENT.test(segment))) return undefined;
  const asset = segments[0] === 'assets';
  if (!asset && path.includes('.')) return undefined;
  const file = join(FILES, asset ? path : path === '/' ? 'index.html' : `${path}.html`);
  if (!(extname(file) in TYPES)) return undefined;
  return (await stat(file).catch(() => undefined))?.isFile() ? file : undefined;
}

/** A request handler for the shop whose snippet names `site` and loads the tracker from `collector`. */
export function shop({ collector, site, csp = false }) {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(site)) throw new Error(`site ${JSON.stringify(site)} is no site identifier: use letters, digits, "." "_" "-"`);
  const origin = originOf(collector);
  const common = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
  if (csp) common['Content-Security-Policy'] = `script-src 'self' ${origin}`;

  async function send(response, status, file, head) {
    let body = await readFile(file);
    if (extname(file) === '.html') {
      body = Buffer.from(body.toString().replaceAll('__SNAG__', origin).replaceAll('data-site="shop"', `data-site="${site}"`));
    }
    response.writeHead(status, { ...common, 'Content-Type': TYPES[extname(file)], 'Content-Length': body.length });
    response.end(head ? undefined : body);
  }

  async function answer(request, response) {
    const { method } = request;
    request.resume();
    const [, pathname, search] = /^([^?]*)(.*)$/s.exec(request.url);
    const to = (status, place) => response.writeHead(status, { ...common, Location: place }).end();
    // A redirect to "//host" would lead to another origin, so such a path is simply not found.
    if (/^\/[^/].*\/$/.test(pathname)) return to(301, pathname.replace(/\/+$/, '') + search);
    const file = pathname === '/404' ? undefined : await locate(pathname);
    if (method === 'POST' && file?.endsWith('.html')) return to(303, pathname);
    if (method !== 'GET' && method !== 'HEAD') return response.writeHead(405, { ...common, Allow: 'GET, HEAD' }).end();
    return send(response, file ? 200 : 404, file ?? join(FILES, '404.html'), method === 'HEAD');
  }

  return (request, response) => {
    answer(request, response).catch((error) => {
      process.stderr.write(`${request.method} ${request.url}: ${error.message}\n`);
      if (!response.headersSent) response.writeHead(400, common);
      response.end();
    });
  };
}

function originOf(collector) {
  const url = URL.canParse(collector) ? new URL(collector) : undefined;
  if (!url?.protocol.startsWith('http')) throw new Error(`collector ${JSON.stringify(collector)} is no address: give it as http://host:port`);
  return url.origin;
}

/** Starts the shop and gives its address and its server. */
export async function serve({ port = 0, host = '127.0.0.1', ...options }) {
  const server = createServer(shop(options));
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const at = server.address();
  return { address: `http://${at.family === 'IPv6' ? `[${at.address}]` : at.address}:${at.port}`, server };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '0' },
        host: { type: 'string', default: '127.0.0.1' },
        collector: { type: 'string', default: 'http://127.0.0.1:7624' },
        site: { type: 'string', default: 'shop' },
        csp: { type: 'boolean', default: false },
      },
    });
    const { address, server } = await serve({ ...values, port: Number(values.port) });
    process.stdout.write(`${JSON.stringify({ address })}\n`);
    for (const signal of ['SIGINT', 'SIGTERM']) {
      process.on(signal, () => {
        server.close(() => process.exit(0));
        server.closeAllConnections();
      });
    }
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
