// Elements: which one counts, how to find it again, what it says. Nothing a visitor typed is ever read.
import { core, tell, text } from './log.js';

const CLICKABLE = 'a,button,input,select,textarea,label,summary,[role=button],[onclick],[data-snag]';
const TYPED = '[contenteditable],select,textarea';

// The elements of this view that have a place.
let known;
let count;

export const forget = () => {
  known = new WeakMap();
  count = 0;
};

export const isKnown = (node) => known.has(node);

// The nearest clickable element, through shadow roots; the innermost one where nothing clickable was hit.
export const clickable = (innermost) => {
  for (let node = innermost; node; node = node.parentNode || node.host) if (node.matches && node.matches(CLICKABLE)) return node;
  return innermost;
};

// The element's place; it is described when it gets one. A log that has to be sent whole has room for fewer.
export const element = (node) => {
  if (!node || known.has(node) || count > (core ? 1e3 : 250)) return known.get(node);
  known.set(node, ++count);
  const get = (name) => node.getAttribute(name);
  const isPrivate = node.closest('[data-snag-private]');
  const { snagAd, snagPlacement, snagCampaign } = (node.closest('[data-snag-ad]') || node).dataset;
  const image = node.alt ? node : node.querySelector('[alt]') || node;
  // A field says what its label says, never what is in it; a large part of the page says nothing.
  const says =
    (!node.closest(TYPED) && !node.querySelector(TYPED) && node.textContent.length < 999 && node.textContent.trim()) ||
    get('aria-label') ||
    image.alt ||
    (/submit|button/.test(node.type) && node.value);
  tell(
    11,
    known.get(node),
    text(selector(node, isPrivate)),
    text(node.localName),
    isPrivate ? 0 : text(says || '', 80),
    text(node.protocol && node.href, 2e3),
    text(get('role')),
    isPrivate ? 0 : text(get('name')),
    text(node.type),
    text(snagAd),
    text(snagPlacement),
    text(snagCampaign),
  );
  return count;
};

// The shortest path that finds the element in its root; a shadow root's follows its host's. It starts at what the
// page's author named: a mark, an id, a field's name, a link's target.
const selector = (node, isPrivate) => {
  const root = node.getRootNode();
  const above = root.host ? selector(root.host) + ' >>> ' : '';
  const unique = (path) => root.querySelectorAll(path).length == 1;
  let path = '';
  for (let at = node; at.localName; at = at.parentNode) {
    // An id with a run of digits or a framework's marks is another one on the next load.
    const named = ['data-snag', 'id', 'name', 'href']
      .filter((name) => !isPrivate && at.getAttribute(name) && !/\d{3}|_r_/.test(at.id))
      .map((name) => (name == 'id' ? '#' + CSS.escape(at.id) : `${name == 'data-snag' ? '' : at.localName}[${name}=${JSON.stringify(at.getAttribute(name))}]`))
      .find(unique);
    if (named) return above + named + path;
    const alike = [...at.parentNode.children].filter((other) => other.localName == at.localName);
    path = at.localName + (alike[1] ? `:nth-of-type(${alike.indexOf(at) + 1})` : '') + path;
    if (unique(path)) break;
    path = '>' + path;
  }
  return above + path;
};
