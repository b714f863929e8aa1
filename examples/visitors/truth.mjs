// What visitors did, counted: the same file that the simulated visitors leave behind.

/** The steps of a funnel file: one a line, `# ` begins a comment. */
export function steps(text) {
  return text.split('\n').map((line) => line.trim()).filter((line) => line && line !== '#' && !line.startsWith('# '));
}

/** How many of the steps, in order, these deeds meet. No deed meets two. */
export function reached(steps, deeds) {
  let met = 0;
  for (const [kind, what] of deeds) {
    const step = { page: `page:${what}`, click: `element:${what}` }[kind];
    if (met < steps.length && steps[met] === step) met += 1;
  }
  return met;
}

/** The truth about visitors, given each one's deeds. */
export function truth(site, steps, visitors) {
  const clicks = {};
  const funnel = steps.map(() => 0);
  let pageviews = 0;
  for (const deeds of visitors) {
    for (let step = reached(steps, deeds) - 1; step >= 0; step -= 1) funnel[step] += 1;
    for (const selector of new Set(deeds.filter(([kind]) => kind === 'click').map(([, selector]) => selector))) {
      clicks[selector] = (clicks[selector] ?? 0) + 1;
    }
    pageviews += deeds.filter(([kind]) => kind === 'page').length;
  }
  const sorted = Object.fromEntries(Object.entries(clicks).sort(([left], [right]) => (left < right ? -1 : 1)));
  return { site, visitors: visitors.length, funnel: { steps, visitors: funnel }, clicks: sorted, pageviews };
}
