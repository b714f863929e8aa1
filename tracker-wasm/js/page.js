// What the first stage hands on, and what every other part asks of the page.

export let address, dataset, now, write, send, fetch, isPrivate;

export const know = (...given) => ([address, dataset, now, write, send, fetch, isPrivate] = given);

// Nothing here may throw into the page.
export const safe =
  (act) =>
  (...given) => {
    try {
      return act(...given);
    } catch {}
  };

export const listen = (types, act) => types.split(' ').map((type) => addEventListener(type, safe(act), true));

// Calls `act` whenever the page has called a function of its own.
export const follow = (owner, name, act) => {
  const original = owner[name];
  owner[name] = function () {
    const given = original.apply(this, arguments);
    safe(act)();
    return given;
  };
};

// Does `act` in a while, once for all who ask until then.
export const once = (act, wait) => {
  let timer;
  return () =>
    (timer =
      timer ||
      setTimeout(() => {
        timer = 0;
        safe(act)();
      }, wait));
};
