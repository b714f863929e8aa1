// The basket: kept in this browser, shown in the head of every page.
// It also stands in for the tracker until that has loaded, so that no event is lost.
globalThis.snag ||= function () {
  (globalThis.snag.q ||= []).push(arguments);
};

globalThis.basket = (() => {
  const KEY = 'carrowmoor-basket';
  const WAYS = { post: 5, courier: 12, collect: 0 };
  const FREE_FROM = 100;

  function read() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY));
      const lines = Object.entries(kept?.lines ?? {})
        .filter(([slug, count]) => pots.some((pot) => pot.slug === slug) && Number.isInteger(count) && count > 0);
      return { lines: Object.fromEntries(lines), way: kept?.way in WAYS ? kept.way : 'post' };
    } catch {
      return { lines: {}, way: 'post' };
    }
  }

  function write(state) {
    try {
      localStorage.setItem(KEY, JSON.stringify(state));
    } catch {
      // Storage is off: the basket lasts as long as the page.
    }
    showCount();
  }

  function set(slug, count) {
    const state = read();
    if (count > 0) state.lines[slug] = Math.min(count, 12);
    else delete state.lines[slug];
    write(state);
  }

  function lines() {
    const state = read();
    return pots.filter((pot) => state.lines[pot.slug]).map((pot) => ({ ...pot, count: state.lines[pot.slug] }));
  }

  const count = () => lines().reduce((sum, line) => sum + line.count, 0);
  const subtotal = () => lines().reduce((sum, line) => sum + line.count * line.price, 0);

  function price(way) {
    return way === 'post' && subtotal() >= FREE_FROM ? 0 : WAYS[way];
  }

  function showCount() {
    for (const place of document.querySelectorAll('[data-basket-count]')) place.textContent = count();
  }

  showCount();
  addEventListener('pageshow', showCount);
  return {
    add: (slug, more) => set(slug, (read().lines[slug] ?? 0) + more),
    set,
    lines,
    count,
    subtotal,
    price,
    way: () => read().way,
    choose: (way) => write({ ...read(), way }),
    delivery: () => (count() ? price(read().way) : 0),
    clear: () => write({ lines: {}, way: 'post' }),
    euros: (amount) => `€${amount}`,
  };
})();
