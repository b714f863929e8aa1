// Writes and reads through the front with @clickhouse/client. Address and password come from the environment.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { createClient } from '@clickhouse/client'

const client = createClient({
  url: process.env.SNAG_URL,
  username: 'snag',
  password: process.env.SNAG_PASSWORD,
  database: 'snag',
  compression: { request: true, response: true },
})

assert.equal((await client.ping()).success, true)
await client.command({
  query: 'CREATE TABLE node_rows (id UInt64, name String, at DateTime64(3, \'UTC\'), tags Array(String)) ENGINE = MergeTree ORDER BY id',
})

const rows = [
  { id: 1, name: "it's \\ one\n", at: '2026-01-02 03:04:05.678', tags: ['a', "b'c"] },
  { id: 2, name: 'zwei €', at: '2026-01-02 03:04:05.679', tags: [] },
  { id: 3, name: '', at: '2026-01-02 03:04:05.680', tags: ['\t'] },
]
const inserted = await client.insert({ table: 'node_rows', values: rows, format: 'JSONEachRow' })
assert.equal(inserted.summary?.written_rows, '3')

// A stream, whose length is not known when it begins.
const many = Readable.from((function* () {
  for (let id = 1000; id < 11000; id++) yield [id, `n${id}`, 0, []]
})(), { objectMode: true })
await client.insert({ table: 'node_rows', values: many, format: 'JSONCompactEachRow' })

const selected = await client.query({
  query: 'SELECT * FROM node_rows WHERE id <= {most:UInt64} AND name != {not:String} ORDER BY id',
  query_params: { most: 3, not: 'nobody\t"\'\\' },
  format: 'JSONEachRow',
})
assert.deepEqual(await selected.json(), rows)
assert.ok(selected.query_id)

const whole = await client.query({ query: 'SELECT count() AS c FROM node_rows', format: 'JSON' })
assert.deepEqual((await whole.json()).data, [{ c: 10003 }])

let streamed = 0
const blocks = await client.query({
  query: 'SELECT number FROM numbers(200000)',
  format: 'JSONCompactEachRowWithNamesAndTypes',
  clickhouse_settings: { max_block_size: '20000' },
})
for await (const batch of blocks.stream()) streamed += batch.length
assert.equal(streamed, 200002)

await assert.rejects(
  client.query({ query: 'SELECT * FROM nowhere', format: 'JSON' }),
  (error) => error.code === '60' && error.type === 'UNKNOWN_TABLE',
)
await assert.rejects(
  client.insert({ table: 'node_rows', values: Readable.from(['x,y,z\n'], { objectMode: false }), format: 'CSV' }),
  (error) => Number(error.code) > 0,
)
const stranger = createClient({ url: process.env.SNAG_URL, username: 'snag', password: 'wrong' })
await assert.rejects(stranger.query({ query: 'SELECT 1' }), (error) => error.code === '516')

await stranger.close()
await client.close()
console.log('all checks passed')
