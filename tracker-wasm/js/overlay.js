// What an owner sees over a live page: where it is clicked, how far visitors come, what they look at. Opened by a page whose
// address ends in `#snag-overlay=TOKEN`; the tracker then imports this from its own address and sends nothing of that load.
//
// It changes nothing of the page but one element at its end, keeps nothing in the browser, and shows what visitors may have
// sent as text alone. The token is taken out of the address at once.
import { findAll } from './overlay/find.js';
import { maps } from './overlay/maps.js';
import { make, shadow } from './overlay/make.js';
import { panel } from './overlay/panel.js';

// Milliseconds between two looks for elements that came later, or for another page shown by this same load.
const LOOK = 1000;

const token = new URLSearchParams(location.hash.slice(1)).get('snag-overlay');
history.replaceState(history.state, '', location.pathname + location.search);

const root = shadow();
const view = { mode: 'clicks', device: '', data: null, problem: '', found: new Map(), shown: null };
const drawing = maps(root, view);
const card = panel(root, view, { change: () => refresh(), close: () => close() });

let path;
let frame;
let hasFocus;

const load = async () => {
  path = location.pathname;
  const asked = path;
  view.data = null;
  view.problem = '';
  card.draw();
  const from = new URL('overlay/data', import.meta.url);
  from.search = new URLSearchParams({ token, path });
  let data;
  let problem = '';
  try {
    const answer = await fetch(from, { credentials: 'omit', cache: 'no-store' });
    if (answer.status === 401) problem = 'This link has expired. Open the page from the dashboard again.';
    else if (!answer.ok) problem = `The collector answered ${answer.status}. Open the page from the dashboard again, or try later.`;
    else data = await answer.json();
  } catch {
    problem = 'The collector cannot be reached from this page: it is down, or the page’s Content-Security-Policy lacks it in connect-src.';
  }
  // Another page was shown meanwhile.
  if (asked !== path) return;
  if (data && !data.views && !data.elements.length) problem = `Nothing is known of ${path} yet. Come back when visitors have seen it.`;
  view.problem = problem;
  view.data = problem ? null : data;
  refresh();
  if (!hasFocus) card.focus();
  hasFocus = true;
};

const look = () => {
  if (location.pathname !== path) return load();
  if (view.data && findAll(view)) card.draw();
};

const refresh = () => {
  if (view.data) findAll(view);
  drawing.draw();
  card.draw();
};

// Pages move in more ways than they tell: by scrolling boxes, animations, changes of themselves. So places are looked up for
// each frame; only what has moved is written.
const follow = () => {
  drawing.place();
  frame = requestAnimationFrame(follow);
};

const keys = (event) => event.key === 'Escape' && close();
const looking = setInterval(look, LOOK);
addEventListener('keydown', keys, true);

const close = () => {
  clearInterval(looking);
  cancelAnimationFrame(frame);
  removeEventListener('keydown', keys, true);
  root.host.remove();
};

make.ready(() => {
  document.body.append(root.host);
  // Above the page's dialogs, and not moved with a body that is.
  root.host.showPopover?.();
  follow();
  load();
});
