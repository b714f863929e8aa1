// The maps: boxes and dots of clicks over their elements, bands of how far visitors came and what they looked at.
//
// All of it is fixed to the window and lets the pointer through, so the page beneath is laid out and used as without it.
import { audience, ranked } from './figures.js';
import { isCut } from './find.js';
import { make } from './make.js';
import { percent, seconds, withInterval } from './words.js';

// From cold to hot, for shares of the largest; told apart by those who see no red or green, too.
// Source: ColorBrewer 2.0, RdYlBu, the middle ones darker, for they stand on white.
const SCALE = [[69, 117, 180], [116, 173, 209], [224, 178, 60], [238, 120, 50], [204, 38, 39]];
export const heat = (part, alpha = 1) => {
  const place = Math.min(1, Math.max(0, part)) * (SCALE.length - 1);
  const at = Math.min(SCALE.length - 2, Math.floor(place));
  const mixed = SCALE[at].map((side, which) => Math.round(side + (SCALE[at + 1][which] - side) * (place - at)));
  return `rgb(${mixed.join(' ')} / ${alpha})`;
};

// Pixels of a dot, and the most clicks-in-one-place that are told apart by its strength.
const DOT = 22;

export const maps = (root, view) => {
  const layer = make('div', { class: 'layer', 'aria-hidden': 'true' });
  const canvas = make('canvas', { class: 'dots' });
  const pen = canvas.getContext('2d');
  root.append(canvas, layer);
  let boxes = [];
  let bands = [];

  const box = (one, most) => {
    const { element, clicks, share } = one;
    const part = Math.sqrt(clicks / most);
    const wrong = element.dead + element.rage + element.errors;
    const badge = make('span', { class: 'badge' }, [make('b', { text: element.number }), clicks ? make('span', { text: percent(share) }) : null, wrong ? make('i', { text: '!' }) : null]);
    const node = make('div', { class: clicks ? 'box' : 'box cold' }, [badge]);
    if (clicks) {
      node.style.setProperty('--heat', heat(part));
      node.style.setProperty('--fill', heat(part, 0.1 + 0.22 * part));
    }
    layer.append(node);
    return { node, number: element.number, points: one.points, area: '' };
  };

  const band = (tenth, index, mode) => {
    const part = mode === 'scroll' ? tenth.rate : tenth.attention;
    const most = Math.max(...audience(view).tenths.map((one) => one.attention || 0)) || 1;
    const node = make('div', { class: 'band' }, [
      make('span', {
        class: 'word',
        text: mode === 'scroll' ? `${withInterval(tenth.rate, tenth.interval)} came to here` : `${percent(tenth.attention)} of attention, ${seconds(tenth.mean_seconds)} a view`,
      }),
    ]);
    node.style.setProperty('--fill', heat(mode === 'scroll' ? part : part / most, 0.34));
    layer.append(node);
    return { node, index, area: '' };
  };

  // Makes what the mode shows; `place` puts it where it belongs.
  const draw = () => {
    layer.replaceChildren();
    boxes = [];
    bands = [];
    if (!view.data) return;
    if (view.mode === 'clicks') {
      const shown = ranked(view).filter(({ element }) => view.found.has(element.number));
      const most = Math.max(1, ...shown.map(({ clicks }) => clicks));
      // The most clicked lie above the others.
      boxes = shown.filter(({ clicks, element }) => clicks || element.is_control).reverse().map((one) => box(one, most));
    } else if (view.mode !== 'off') bands = audience(view).tenths.map((tenth, index) => band(tenth, index, view.mode));
  };

  const put = (one, left, top, width, height) => {
    const area = [left, top, width, height].map((side) => side.toFixed(1)).join();
    if (area === one.area) return;
    one.area = area;
    Object.assign(one.node.style, { transform: `translate(${left}px, ${top}px)`, width: `${width}px`, height: `${height}px` });
  };

  const dots = (spots) => {
    const scale = devicePixelRatio || 1;
    const [width, height] = [innerWidth, innerHeight].map((side) => Math.round(side * scale));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, innerWidth, innerHeight);
    const most = Math.max(1, ...spots.map(({ clicks }) => clicks));
    for (const { x, y, clicks } of spots) {
      const part = Math.sqrt(clicks / most);
      const glow = pen.createRadialGradient(x, y, 0, x, y, DOT);
      glow.addColorStop(0, heat(part, 0.45 + 0.45 * part));
      glow.addColorStop(0.35, heat(part, 0.3 + 0.35 * part));
      glow.addColorStop(1, heat(part, 0));
      pen.fillStyle = glow;
      pen.fillRect(x - DOT, y - DOT, 2 * DOT, 2 * DOT);
    }
  };

  let drawn = '';
  const place = () => {
    const spots = [];
    for (const one of boxes) {
      const node = view.found.get(one.number);
      const rect = node && node.isConnected ? node.getBoundingClientRect() : new DOMRect();
      const isThere = rect.width > 0 && rect.bottom > 0 && rect.top < innerHeight && !isCut(node, rect);
      one.node.classList.toggle('gone', !isThere);
      one.node.classList.toggle('chosen', view.shown === one.number);
      if (!isThere) continue;
      put(one, rect.x, rect.y, rect.width, rect.height);
      for (const { x, y, clicks } of one.points) spots.push({ x: rect.x + ((x + 0.5) / 10) * rect.width, y: rect.y + ((y + 0.5) / 10) * rect.height, clicks });
    }
    if (bands[0]) {
      const { top, height } = document.documentElement.getBoundingClientRect();
      for (const one of bands) put(one, 0, top + (one.index * height) / 10, document.documentElement.clientWidth, height / 10);
    }
    const now = JSON.stringify([innerWidth, innerHeight, devicePixelRatio, spots]);
    if (now !== drawn) dots(spots);
    drawn = now;
  };

  return { draw, place };
};
