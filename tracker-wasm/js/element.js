// What was clicked: which element counts, how to find it again, what it says. Nothing a visitor typed is ever read.
import { safe } from './page.js';
import { text, url } from './text.js';

const CLICKABLE = 'a,button,input,select,textarea,label,summary,[role=button],[onclick],[data-snag]';

// The nearest clickable element, through shadow roots; the innermost one where nothing clickable was hit.
export const clicked = (event) => {
  const path = event.composedPath();
  return path.find((node) => node.matches && node.matches(CLICKABLE)) || path[0];
};

// Members in the order of the binary layout.
export const describe = (element) => ({
  selector: text(selector(element), 300),
  tag: element.localName,
  text: says(element),
  href: url(element.href),
  role: text(element.getAttribute('role'), 40),
});

// The shortest path that finds the element in its root; a shadow root's follows its host's. It starts at what the
// page's author named: a mark, an id, a link's target.
const selector = (element) => {
  const root = element.getRootNode();
  const unique = safe((path) => root.querySelectorAll(path).length == 1);
  let path = '';
  for (let node = element; node; node = node.parentElement) {
    const { id, localName } = node;
    const by = (name) => `[${name}=${JSON.stringify(node.getAttribute(name))}]`;
    // An id with a run of digits or a framework's marks is another one on the next load.
    const lasting = /^(?!.*(\d{3}|_r_))[a-z_][\w-]*$/i.test(id);
    const alike = [...(node.parentNode || root).children].filter((other) => other.localName == localName);
    const step = localName + (alike[1] ? `:nth-of-type(${alike.indexOf(node) + 1})` : '');
    const named = [by('data-snag'), lasting && '#' + id, localName + by('href')].find(unique);
    path = (named || step) + path;
    if (named || unique(path)) break;
    path = '>' + path;
  }
  return (root.host ? selector(root.host) + ' >>> ' : '') + path;
};

// A field says what its label says, never what is in it; a large part of the page says nothing.
const says = (element) => {
  const { type } = element;
  const typed = type == 'textarea' || element.isContentEditable || element.querySelector('[contenteditable],textarea');
  const image = element.alt ? element : element.querySelector('[alt]');
  return text(
    (!typed && element.textContent.length < 2e3 && element.innerText) ||
      element.getAttribute('aria-label') ||
      (image && image.alt) ||
      (/submit|button|reset/.test(type) && element.value),
    80,
  );
};
