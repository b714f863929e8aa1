// What each visitor means to do, drawn from a seed before the browser starts.

/** Random numbers in [0, 1) from a seed: Tommy Ettinger's mulberry32. */
export function dice(seed) {
  let state = seed >>> 0;
  const roll = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    roll,
    below: (limit) => Math.floor(roll() * limit),
    chance: (share) => roll() < share,
    pick: (list) => list[Math.floor(roll() * list.length)],
  };
}

// How far visitors come, as shares of all: the screen of the checkout they leave at, 0 for never going there.
const ENDS = [
  [0, 0.25],
  [1, 0.05],
  [2, 0.05],
  [3, 0.04],
  [4, 0.33],
  [5, 0.05],
  [6, 0.23],
];

const POTS = ['tide-mug', 'limpet-cup', 'turf-teapot', 'harbour-bowl', 'dune-plate', 'heron-jug', 'kelp-vase', 'bog-cotton-planter'];
const WANDERINGS = ['banner', 'search', 'sale', 'about', 'care', 'notify', 'kinds'];
const REFERRERS = ['', '', 'https://www.google.com/', 'https://www.instagram.com/', 'https://duckduckgo.com/'];
const LANDINGS = ['/', '/', '/', '/catalogue', '/?utm_source=letter&utm_medium=email&utm_campaign=spring'];

const DESKTOPS = [
  [(n) => `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${n} Safari/537.36`, 1366, 768],
  [(n) => `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${n} Safari/537.36`, 1440, 810],
  [(n) => `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${n} Safari/537.36`, 1280, 900],
];
const PHONES = [
  [(n) => `Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${n} Mobile Safari/537.36`, 412, 840],
  [(n) => `Mozilla/5.0 (Linux; Android 13; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${n} Mobile Safari/537.36`, 360, 780],
];

/**
 * The plans of `count` visitors: `{ end, landing, referrer, wander, pot, search, gives, device }`. The ends are dealt out by
 * quota, so that a few dozen visitors already show the habit; everything else is drawn.
 */
export function plans(count, seed) {
  const deal = dice(seed);
  const ends = Array.from({ length: count }, (_, place) => endAt((place + 0.5) / count));
  for (let last = count - 1; last > 0; last -= 1) {
    const other = deal.below(last + 1);
    [ends[last], ends[other]] = [ends[other], ends[last]];
  }
  return ends.map((end, number) => {
    const own = dice(seed * 7919 + number + 1);
    const wander = WANDERINGS.filter(() => own.chance(end === 0 ? 0.35 : 0.14));
    return {
      end,
      landing: own.pick(LANDINGS),
      referrer: own.pick(REFERRERS),
      wander: end === 0 && wander.length === 0 ? [own.pick(WANDERINGS)] : wander,
      pot: own.pick(POTS),
      search: own.pick(['mug', 'plate', 'tea', 'dish', 'table']),
      // Those who leave at the details give up before a field, or after the form has refused them.
      gives: own.pick(['nothing', 'name', 'phone', 'refused', 'refused']),
      device: device(own, number),
    };
  });
}

function endAt(place) {
  let sum = 0;
  for (const [end, share] of ENDS) {
    sum += share;
    if (place < sum) return end;
  }
  return 6;
}

/** A device whose user agent no other visitor has: the number is in the build. */
function device(own, number) {
  const phone = own.chance(0.4);
  const [agent, width, height] = own.pick(phone ? PHONES : DESKTOPS);
  return {
    userAgent: agent(`${130 + own.below(12)}.0.${6700 + number}.${40 + own.below(160)}`),
    viewport: { width, height },
    isMobile: phone,
    hasTouch: phone,
  };
}
