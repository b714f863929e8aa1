// A stand-in for the collector: hands out the built tracker, records what pages send, and decodes it with the
// collector's own decoder. It judges nothing and can be told to fail.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
const root = new URL('../../', import.meta.url).pathname;

const listening = (handler) =>
  new Promise((done) => {
    const server = createServer(handler);
    server.listen(0, '127.0.0.1', () => done({ server, port: server.address().port }));
  });

// The collector's decoder as a process that answers a line of JSON for a line of hexadecimal digits.
const decoder = () => {
  const process = spawn('cargo', ['run', '--quiet', '-p', 'snag-beacon', '--example', 'decode'], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const asked = [];
  createInterface({ input: process.stdout }).on('line', (line) => asked.shift()(line));
  return {
    decode: (body) =>
      new Promise((done) => {
        asked.push(done);
        process.stdin.write(body.toString('hex') + '\n');
      }),
    close: () => process.stdin.end(),
  };
};

export const collector = async () => {
  const { decode, close } = decoder();
  // It may have to be built first, for which no test should have to wait.
  await decode(Buffer.from('{}'));
  let log = [];
  let waiting = [];
  let status = 204;

  const { server, port } = await listening(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://collector');
    const record = (entry) => {
      log.push(entry);
      waiting = waiting.filter((look) => !look());
    };
    response.setHeader('Access-Control-Allow-Origin', '*');
    if (request.method === 'GET') {
      record({ file: pathname });
      const type = pathname.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
      return response.setHeader('Content-Type', type).end(await readFile(new URL('.' + pathname, dist)));
    }
    if (request.method !== 'POST') {
      record({ preflight: request.method });
      return response.writeHead(405).end();
    }
    log.push({ posted: pathname });
    const parts = [];
    for await (const part of request) parts.push(part);
    const sent = Buffer.concat(parts);
    const body = sent[0] === 0x1f ? gunzipSync(sent) : sent;
    if (status === 0) {
      record({ failed: body });
      return request.socket.destroy();
    }
    response.writeHead(status).end();
    if (status !== 204) return record({ failed: body });
    const answer = await decode(body);
    if (answer.startsWith('error')) return record({ error: answer, body });
    const { events, ...head } = JSON.parse(answer);
    const { c, l } = JSON.parse(body);
    record({ core: c, raw: l, headers: request.headers, size: sent.length, body, head, events });
  });

  const batches = () => log.filter((entry) => entry.events);
  const events = () => batches().flatMap((batch) => batch.events);
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    log: () => log,
    batches,
    events,
    // Forgets all, and answers from now on with `answer`; 0 cuts the connection.
    reset: (answer = 204) => ([log, status] = [[], answer]),
    answer: (answer) => (status = answer),
    // Waits until `found` is true of the log.
    until: (found, limit = 8000) =>
      new Promise((done, fail) => {
        const timer = setTimeout(() => fail(new Error(`waited in vain for ${found}; got ${JSON.stringify(events())}`)), limit);
        const look = () => {
          if (!found()) return false;
          clearTimeout(timer);
          done();
          return true;
        };
        look() || waiting.push(look);
      }),
    close: () => {
      close();
      server.closeAllConnections();
      server.close();
    },
  };
};

// The website: a map from path to page, each `{ body, headers }`.
export const website = async (pages) => {
  const { server, port } = await listening((request, response) => {
    const { pathname } = new URL(request.url, 'http://site');
    const page = pages[pathname];
    if (!page) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...page.headers }).end(page.body);
  });
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
