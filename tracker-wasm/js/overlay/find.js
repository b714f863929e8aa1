// Finds on the page that is there the elements that a report names, as `element.js` named them.

// The elements' own texts as they were when found tell nothing; where a link leads does.
const leads = (node, href) => {
  if (!href || !node.protocol) return true;
  try {
    return new URL(href, location.href).pathname === node.pathname;
  } catch {
    return true;
  }
};

// The element of a selector, ` >>> ` leading into an open shadow root.
export const find = ({ selector, href }) => {
  let root = document;
  let node;
  for (const part of selector.split(' >>> ')) {
    try {
      node = root && root.querySelector(part);
    } catch {
      return null;
    }
    if (!node) return null;
    root = node.shadowRoot;
  }
  return leads(node, href) ? node : null;
};

// Whether it has a place on the page at all.
export const isShown = (node) => {
  const { width, height } = node.getBoundingClientRect();
  return width > 0 && height > 0 && (!node.checkVisibility || node.checkVisibility({ visibilityProperty: true }));
};

// The boxes around an element that may scroll it away; those of what is found stay the same while it is looked at.
const around = new WeakMap();
const boxes = (node) => {
  if (!around.has(node)) {
    const found = [];
    for (let at = node; (at = at.assignedSlot || at.parentElement || at.getRootNode().host) && at !== document.body; )
      if (getComputedStyle(at).overflow !== 'visible') found.push(at);
    around.set(node, found);
  }
  return around.get(node);
};

// Whether the middle of what is at `rect` is scrolled out of a box around it.
export const isCut = (node, { x, y, width, height }) =>
  boxes(node).some((box) => {
    const { left, right, top, bottom } = box.getBoundingClientRect();
    const [across, down] = [x + width / 2, y + height / 2];
    return across < left || across > right || down < top || down > bottom;
  });

// Looks for all that are missing, and says whether anything has changed. Two that are now one element stand for the first.
export const findAll = ({ data, found }) => {
  let isChanged = false;
  const taken = new Set();
  const known = new Set(data.elements.map(({ number }) => number));
  for (const number of found.keys()) known.has(number) || found.delete(number);
  for (const element of data.elements) {
    const before = found.get(element.number);
    let node = before && before.isConnected ? before : find(element);
    if (node && (taken.has(node) || !isShown(node))) node = null;
    if (node) taken.add(node);
    if (node !== (before || null)) {
      isChanged = true;
      node ? found.set(element.number, node) : found.delete(element.number);
    }
  }
  return isChanged;
};
