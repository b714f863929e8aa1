// Shows one of the creatives of a rotation, which chance chose, and takes the others out of the page. Stands on its own: a page
// without rotations needs none of it.
//
// The collector puts a number before it that stays with the visitor for the day, so nothing has to be kept in the browser;
// without one chance chooses on every load.
const { seed = Math.random() * 2 ** 32 } = document.currentScript;

// Murmur's finalizer: each bit of the number changes half of those that come out.
const mix = (number) => {
  number = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  number = Math.imul(number ^ (number >>> 13), 0xc2b2ae35);
  return number ^ (number >>> 16);
};

// Rotations of other names are chosen from independently.
const choose = (group, count) => ([...group].reduce((number, letter) => mix(number ^ letter.codePointAt()), mix(seed)) >>> 0) % count;

// Elements that are creatives themselves share their rotation; of others the children are the creatives.
const rotate = () => {
  const shared = new Map();
  const show = (group, arms, marked) => {
    const chosen = arms[choose(group, arms.length)];
    arms.map((arm) => arm == chosen || arm.remove());
    (marked || chosen).dataset.snagRotated = group;
  };
  document.querySelectorAll('[data-snag-rotate]:not([data-snag-rotated])').forEach((node) => {
    const group = node.dataset.snagRotate;
    if ('snagAd' in node.dataset) shared.set(group, [...(shared.get(group) || []), node]);
    else if (node.children[0]) show(group, [...node.children], node);
  });
  shared.forEach((arms, group) => show(group, arms));
};

const start = () => {
  rotate();
  // Pages that change themselves bring others.
  new MutationObserver(rotate).observe(document, { subtree: true, childList: true });
};

// A rotation of which only a part is there yet cannot be chosen from.
document.readyState == 'loading' ? addEventListener('DOMContentLoaded', start) : start();
