// Makes elements without HTML, and the closed root that they stand in, which the page's styles do not reach.
import { STYLE } from './style.js';

// `make('button', { class: 'close', text: '×', onclick })`; what is a list of children comes last.
export const make = (tag, { text, on = {}, ...attributes } = {}, children = []) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== false && value != null) node.setAttribute(name, value === true ? '' : value);
  if (text != null) node.textContent = text;
  for (const [type, act] of Object.entries(on)) node.addEventListener(type, act);
  node.append(...children.filter(Boolean));
  return node;
};

// A page that is still being parsed has no end yet.
make.ready = (act) => (document.readyState === 'loading' ? addEventListener('DOMContentLoaded', act) : act());

export const shadow = () => {
  const host = document.createElement('snag-overlay');
  host.popover = 'manual';
  // What is done here is nothing that the page should hear of.
  for (const type of ['click', 'pointerdown', 'mousedown', 'focusin', 'input', 'change', 'submit']) host.addEventListener(type, (event) => event.stopPropagation());
  const root = host.attachShadow({ mode: 'closed' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  // Allowed under every Content-Security-Policy, as a style element is not.
  root.adoptedStyleSheets = [sheet];
  return root;
};
