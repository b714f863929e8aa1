// What the snippet says, and what every other part asks of the page.

const script = document.currentScript;
const address = new URL(script.src);

export const { dataset } = script;

export const site = dataset.site || address.searchParams.get('site');

// Where a file beside the loader is.
export const beside = (file) => new URL(file, address);

// Milliseconds since the load of the page began.
export const now = () => performance.now() >>> 0;

// Nothing here may throw into the page.
export const safe =
  (act) =>
  (...given) => {
    try {
      return act(...given);
    } catch {}
  };
