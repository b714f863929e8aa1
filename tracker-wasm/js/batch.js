// A batch in binary, with the core's help. The layout is told in beacon/README.md.
//
// An event's members stand in the order of the layout's fields, so that one walk over them tells the core.

const KINDS = ['', 'pageview', 'click', 'custom'];

// A dictionary may hold 1,024 texts. Beyond, there is no binary form, and the batch goes as JSON.
const TEXTS = 1e3;

const varint = (number) => (number > 127 ? [number % 128 | 128, ...varint((number / 128) >>> 0)] : [number]);

const sized = (bytes) => [...varint(bytes.length), ...bytes];

const utf8 = (string) => sized(new TextEncoder().encode(string));

export const binary = (core, { site, page, sent, viewport, events }) => {
  // The first, empty text is known to every dictionary and not written.
  const texts = [''];
  const tell = (found) =>
    core.field(found + '' !== found ? found : texts.includes(found) ? texts.indexOf(found) : texts.push(found) - 1);
  for (const { kind, value, ...fields } of events) {
    for (const member in fields) {
      const found = fields[member];
      const inner = Object.entries(found);
      if (member == 'props') [inner.length, ...inner.flat()].map(tell);
      else if (member == 'element') Object.values(found).map(tell);
      else tell(found);
    }
    if (isFinite(value)) core.field(1), core.value(value);
    core.event(KINDS.indexOf(kind));
  }
  const section = new Uint8Array(core.memory.buffer, core.start(), core.take());
  // Each byte keeps of its number what it can hold, which cuts the page's into four.
  const header = [...utf8(site), page, page >> 8, page >> 16, page >> 24, ...[sent, ...viewport].flatMap(varint)];
  return (
    texts.length < TEXTS &&
    new Uint8Array([1, 0, ...sized(header), ...varint(texts.length - 1), ...texts.slice(1).flatMap(utf8), ...section])
  );
};
