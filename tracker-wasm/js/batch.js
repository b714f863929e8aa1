// A batch in binary, written by the core. The layout is told in beacon/README.md.
//
// An event's members stand in the order of the layout's fields, so that one walk over them tells the core.

// Places are the numbers of the layout; the head has the number behind the last.
const KINDS = ['', 'pageview', 'click', 'custom'];

// Nothing where the core has no room for all of it.
export const binary = (core, { site, page, sent, viewport, automated, events }) => {
  const tell = (found) => {
    if (found + '' !== found) return core.field(found);
    new TextEncoder().encode(found).forEach(core.byte);
    core.text();
  };
  [site, page, sent, ...viewport, automated | 0].map(tell);
  core.record(KINDS.length);
  for (const { kind, value, ...fields } of events) {
    for (const member in fields) {
      const found = fields[member];
      const inner = Object.entries(found);
      if (member == 'props') [inner.length, ...inner.flat()].map(tell);
      else if (member == 'element') Object.values(found).map(tell);
      else tell(found);
    }
    if (isFinite(value)) core.field(1), core.value(value);
    core.record(KINDS.indexOf(kind));
  }
  const length = core.take();
  return length && new Uint8Array(core.memory.buffer, core.start(), length);
};
