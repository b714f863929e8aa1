// What pages do with script that they cannot without: times in the viewer's zone, words of a chart's point under the pointer,
// copying, keys, and realtime that renews itself. Everything else works without.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax`;
for (const time of document.querySelectorAll('time[datetime]')) {
  const moment = new Date(time.dateTime);
  if (!isNaN(moment)) {
    time.textContent = moment.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
    time.title = zone;
  }
}

for (const chart of document.querySelectorAll('svg.line')) {
  const points = [...chart.querySelectorAll('.point')];
  const says = document.createElement('div');
  says.className = 'says';
  says.hidden = true;
  chart.parentNode.append(says);
  chart.addEventListener('pointermove', ({ clientX }) => {
    const box = chart.getBoundingClientRect();
    const place = (point) => box.left + (point.cx.baseVal.value / chart.viewBox.baseVal.width) * box.width;
    const nearest = points.reduce((best, point) => (Math.abs(place(point) - clientX) < Math.abs(place(best) - clientX) ? point : best));
    says.textContent = nearest.dataset.words;
    says.hidden = false;
    const left = place(nearest) - box.left - says.offsetWidth / 2 + chart.offsetLeft;
    says.style.left = Math.max(0, Math.min(left, chart.parentNode.clientWidth - says.offsetWidth)) + 'px';
    says.style.top = '2.2rem';
  });
  chart.addEventListener('pointerleave', () => (says.hidden = true));
}

for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = 'Copied';
  });
}

// A longer funnel: one more field once the last is filled.
const builder = document.querySelector('#builder ol');
builder?.addEventListener('input', () => {
  const last = builder.lastElementChild;
  if (last.firstElementChild.value && builder.children.length < 20) {
    const more = last.cloneNode(true);
    more.firstElementChild.value = '';
    more.firstElementChild.setAttribute('aria-label', `Step ${builder.children.length + 1}`);
    builder.append(more);
  }
});

document.querySelector('.bar select[name=period]')?.addEventListener('change', ({ target }) => target.value == 'custom' || target.form.requestSubmit());

const renewed = document.querySelector('[data-renew]');
if (renewed)
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch(location.href).catch(() => 0);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.querySelector('[data-renew]');
    if (fresh) renewed.replaceChildren(...fresh.childNodes);
  }, renewed.dataset.renew * 1000);

// g and the first letter of a page goes there, / goes to the filters.
let isGoing = false;
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input,select,textarea')) return;
  if (event.key == '/') {
    const filter = document.querySelector('.filter');
    if (filter) {
      filter.open = true;
      filter.querySelector('select').focus();
      event.preventDefault();
    }
  } else if (isGoing) {
    const to = [...document.querySelectorAll('.tabs a')].find((link) => link.textContent[0].toLowerCase() == event.key);
    to?.click();
  }
  isGoing = event.key == 'g';
});
