// Elements: how to find one again, and what it says. Nothing a visitor typed is ever read.
import { core } from './log.js';
import { isPrivate, safe } from './page.js';

const TYPED = '[contenteditable],select,textarea';

// The elements of this view as they are described, and the number of each: below 0, as no other number is.
export let elements;
let numbers;

export const forget = () => {
  elements = [];
  numbers = new WeakMap();
};

// The element's number; it is described when it gets one. A log that has to be sent whole has room for fewer.
export const element = (node) => {
  if (!node || numbers.has(node) || elements[core ? 1e3 : 250]) return numbers.get(node);
  const isHidden = isPrivate(node);
  const found = { i: ~elements.length, p: selector(node, isHidden), t: node.localName };
  numbers.set(node, found.i);
  elements.push(found);
  if (!isHidden)
    // A field says what its label says, never what is in it; a large part of the page says nothing.
    found.x =
      (!node.closest(TYPED) && !node.querySelector(TYPED) && node.textContent.length < 999 && node.textContent.trim()) ||
      node.ariaLabel ||
      (node.querySelector('[alt]') || node).alt ||
      (/submit|button/.test(node.type) && node.value);
  if (node.protocol) found.href = node.href.replace(location.origin, '');
  for (const name of ['role', 'type', !isHidden && 'name', 'data-snag-ad', 'data-snag-placement', 'data-snag-campaign', 'data-snag-rotated']) {
    const owner = name[9] ? node.closest(`[${name}]`) : node;
    found[name] = (owner && owner.getAttribute(name)) || undefined;
  }
  return found.i;
};

// The shortest path that finds the element in its root; a shadow root's follows its host's. It starts at what the
// page's author named: a mark, an id, a field's name, a link's target.
const selector = (node, isHidden) => {
  const root = node.getRootNode();
  const above = root.host ? selector(root.host, isHidden) + ' >>> ' : '';
  // Names may hold what CSS reads otherwise.
  const isFound = safe((path) => root.querySelectorAll(path).length == 1);
  let path = '';
  for (let at = node; at.localName; at = at.parentNode) {
    // An id with a run of digits or a framework's marks is another one on the next load.
    const named = ['data-snag', 'id', 'name', 'href']
      .filter((name) => at.hasAttribute(name))
      .map((name) => at.localName + `[${name}=${JSON.stringify(at.getAttribute(name))}]` + path)
      .find((path) => !isHidden && !/\[id=.*(\d{3}|_r_)/.test(path) && isFound(path));
    if (named) return above + named;
    const alike = [...at.parentNode.children].filter((other) => other.localName == at.localName);
    path = at.localName + (alike[1] ? `:nth-of-type(${alike.indexOf(at) + 1})` : '') + path;
    if (isFound(path)) break;
    path = '>' + path;
  }
  return above + path;
};
