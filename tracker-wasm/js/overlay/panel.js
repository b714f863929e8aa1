// The panel: what is shown, of which device, the elements in their order, and what is no longer on the page.
import { audience, ranked } from './figures.js';
import { make } from './make.js';
import { heat } from './maps.js';
import { deviceName, percent, seconds, thousands, withInterval } from './words.js';

const MODES = [['clicks', 'Clicks'], ['scroll', 'Scroll'], ['attention', 'Attention'], ['off', 'Off']];
// Elements listed.
const LISTED = 60;

export const panel = (root, view, { change, close }) => {
  const card = make('section', { class: 'card', role: 'dialog', 'aria-label': 'Snaglist' });
  root.append(card);

  const head = make('header', {}, [
    make('strong', { text: 'Snaglist' }),
    make('span', { class: 'path' }),
    make('button', { class: 'plain side', type: 'button', title: 'To the other side', 'aria-label': 'Move the panel to the other side', text: '⇄', on: { click: () => card.classList.toggle('left') } }),
    make('button', { class: 'plain close', type: 'button', title: 'Close (Esc)', 'aria-label': 'Close', text: '×', on: { click: close } }),
  ]);
  const figures = make('p', { class: 'figures' });
  const modes = make('fieldset', { class: 'modes' }, [
    make('legend', { class: 'unseen', text: 'What is shown' }),
    ...MODES.map(([mode, word]) => make('label', {}, [make('input', { type: 'radio', name: 'mode', value: mode, checked: mode === view.mode, on: { change: () => ((view.mode = mode), change()) } }), make('span', { text: word })])),
  ]);
  const device = make('select', { on: { change: () => ((view.device = device.value === 'all' ? '' : device.value), change()) } });
  const devices = make('label', { class: 'device' }, [make('span', { text: 'Device' }), device]);
  const body = make('div', { class: 'body', tabindex: '-1' });
  const said = make('p', { class: 'said', role: 'status' });
  card.append(head, figures, modes, devices, said, body);

  const wrong = ({ dead, rage, errors }) =>
    [[dead, 'without an answer'], [rage, 'in a rage'], [errors, 'with an error']].filter(([count]) => count).map(([count, word]) => `${thousands(count)} ${word}`).join(', ');

  const line = (one, most) => {
    const { element, clicks, exposed, rate, interval, share } = one;
    const isFound = view.found.has(element.number);
    const bar = make('span', { class: 'bar' });
    bar.style.setProperty('--part', `${(share / most) * 100}%`);
    bar.style.setProperty('--heat', heat(Math.sqrt(share / most)));
    const trouble = wrong(element);
    const show = () => (view.shown = element.number);
    const hide = () => (view.shown = null);
    const to = () => {
      const node = view.found.get(element.number);
      if (node) node.scrollIntoView({ block: 'center', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
    };
    const words = [
      make('span', { class: 'number', text: element.number }),
      make('span', { class: 'what' }, [
        make('span', { class: 'name', text: element.name }),
        make('span', { class: 'soft', text: clicks ? `${withInterval(rate, interval)} of ${thousands(exposed)} who saw it` : exposed ? `seen by ${thousands(exposed)}, clicked by none` : 'seen by nobody' }),
        trouble ? make('span', { class: 'trouble', text: `clickers: ${trouble}` }) : null,
        clicks ? bar : null,
      ]),
      make('span', { class: 'share', text: clicks ? percent(share) : '' }),
    ];
    return make('li', {}, [
      isFound
        ? make('button', { type: 'button', class: 'line', on: { click: to, focus: show, blur: hide, pointerenter: show, pointerleave: hide } }, words)
        : make('div', { class: 'line' }, words),
    ]);
  };

  const list = () => {
    const all = ranked(view);
    const most = Math.max(...all.map(({ share }) => share), 0) || 1;
    const [here, gone] = [true, false].map((is) => all.filter(({ element }) => view.found.has(element.number) === is));
    const rows = (some) => make('ol', {}, some.slice(0, LISTED).map((one) => line(one, most)));
    const more = here.length > LISTED ? make('p', { class: 'soft', text: `and ${thousands(here.length - LISTED)} more` }) : null;
    const lost = gone[0] && make('details', { class: 'lost' }, [make('summary', { text: `Not to be seen on the page now: ${thousands(gone.length)}` }), rows(gone)]);
    const legend = make('p', { class: 'soft', text: 'The share of all clicks on the page, and of those who saw it who clicked it' });
    return [legend, rows(here), more, lost];
  };

  const tenths = () => {
    const seen = audience(view);
    const isScroll = view.mode === 'scroll';
    if (!seen.tenths[0]) return [make('p', { class: 'soft', text: 'Of no view it is known how far down it came.' })];
    const value = (tenth) => (isScroll ? tenth.rate : tenth.attention) || 0;
    const most = Math.max(...seen.tenths.map(value)) || 1;
    const row = (tenth) => {
      const bar = make('span', { class: 'bar' });
      bar.style.setProperty('--part', `${(value(tenth) / most) * 100}%`);
      bar.style.setProperty('--heat', heat(value(tenth) / most));
      return make('li', { class: 'tenth' }, [
        make('span', { class: 'soft', text: `${tenth.from} to ${tenth.from + 10} %` }),
        bar,
        make('span', { class: 'share', text: isScroll ? withInterval(tenth.rate, tenth.interval) : `${percent(tenth.attention)}, ${seconds(tenth.mean_seconds)}` }),
      ]);
    };
    return [make('p', { class: 'soft', text: isScroll ? 'Views that came to each tenth of the page' : 'Where on the page views spend their time' }), make('ol', {}, seen.tenths.map(row))];
  };

  const draw = () => {
    const { data, problem } = view;
    head.querySelector('.path').textContent = data ? data.page : location.pathname;
    said.textContent = problem || (data ? '' : 'Asking …');
    card.classList.toggle('bare', !data);
    const isOpen = card.querySelector('details')?.open;
    if (!data) return body.replaceChildren();
    const seen = audience(view);
    const days = [...new Set([data.from, data.to].map((moment) => (moment || '').slice(0, 10)))];
    figures.replaceChildren(
      make('b', { text: thousands(seen.views) }), ' views by ', make('b', { text: thousands(seen.visitors) }), ' visitors',
      make('span', { class: 'days soft', text: days.join(' to ') }),
    );
    const options = [['all', 'All', data.views], ...data.devices.map(({ device, views }) => [device, deviceName(device), views])];
    devices.hidden = data.devices.length < 2;
    device.replaceChildren(...options.map(([value, word, views]) => make('option', { value, text: `${word} (${thousands(views)})`, selected: value === (view.device || 'all') })));
    const focused = root.activeElement?.closest?.('li');
    const at = focused && [...body.querySelectorAll('li')].indexOf(focused);
    body.replaceChildren(...(view.mode === 'clicks' ? list() : view.mode === 'off' ? [] : tenths()).filter(Boolean));
    if (isOpen && body.querySelector('details')) body.querySelector('details').open = true;
    if (at >= 0) body.querySelectorAll('li')[at]?.querySelector('button')?.focus({ preventScroll: true });
  };

  const focus = () => (view.data ? modes.querySelector('input:checked') : head.querySelector('.close')).focus({ preventScroll: true });
  return { draw, focus };
};
